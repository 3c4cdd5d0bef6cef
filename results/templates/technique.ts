/**
 * The technique my_technique: a decoder that guesses that what followed the last token before will follow it again.
 * Guesses are verified by the engine, so it claims identical answers; the suite below puts that to the test.
 */
import {
  chain,
  type DecoderLive,
  oneByOne,
  quotedContext,
  quotedSingle,
  served,
  type Suite,
  type Technique,
  tokenMatch,
  wikiText,
} from "@assay/assay";

/** What a recording keeps: plain data, by which two variants of the technique differ. */
const params = { guesses: 4 };

export const technique: Technique = {
  name: "my_technique",
  // What it changes: model, cache, decoder or scheduler.
  slot: "decoder",
  // "identical": greedy tokens equal those of the stack beneath. "equivalent": the answers are as good, within margins.
  claim: "identical",
  bottleneck: "sequential-decode",
  scope: "per-request",
  summary: "Guesses that what followed the last token before follows it again.",
  source: "the paper or page that it comes from",
  // This module itself is loaded where the session runs, and its open() called with the params.
  transform: (stack) => ({
    ...stack,
    decoder: { name: "my_technique", params, module: import.meta.url },
  }),
  // What never took effect is void, not passed.
  engaged: (counters) => (counters.accepted ?? 0) > 0,
};

/** The live half of the slot. */
export function open({ guesses }: typeof params): DecoderLive {
  return {
    propose: oneByOne(({ tokens }, room) => {
      const end = tokens.length - 1;
      const at = end < 1 ? -1 : tokens.lastIndexOf(tokens[end]!, end - 1);
      return chain(at < 0 ? [] : tokens.slice(at + 1, at + 1 + Math.min(room, guesses)));
    }),
  };
}

export const suite: Suite = {
  name: "my_technique",
  summary: "my_technique alone",
  candidates: { my_technique: [technique] },
  evals: [
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
    served(wikiText, { count: 20, tokens: 24, rule: "guard" }),
  ],
  workloads: [{ ...quotedSingle, maxTokens: 48 }],
  pairs: 6,
  seed: 1,
};
