/** The suite my_suite: what is tried, what its answers must hold, and what is then timed. */
import {
  allowing,
  chatSingle,
  perplexity,
  quotedContext,
  roundToNearest,
  served,
  type Suite,
  tokenMatch,
  wikiText,
} from "@assay/assay";

export const suite: Suite = {
  name: "my_suite",
  summary: "8-bit weights in wide blocks, within a margin of my own",
  // A row of the board each: techniques, folded over the baseline from left to right.
  candidates: {
    wide: [roundToNearest({ bits: 8, block: 128, symmetric: false })],
  },
  // Both stacks are asked the same samples. The margin is the largest loss that passes, in the metric's unit: here
  // nats a token, where a board takes at most 0.02. What a technique changes, some eval must see.
  evals: [
    allowing(perplexity(wikiText, { count: 24, tokens: 256 }), { nll: 0.015 }),
    served(wikiText, { count: 20, tokens: 24, rule: "guard" }),
    // For the baseline's own row, which must answer as it did before.
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
  ],
  // Only what passed is timed: one user in conversation.
  workloads: [{ ...chatSingle, maxTokens: 24 }],
  // Pairs of timed blocks; more of them make the interval of the speed narrower.
  pairs: 6,
  // Draws the samples; another one asks others.
  seed: 1,
};
