/**
 * The long-context suite: what a stack still finds in texts of 512 to 2,048 tokens. Longer ones, up to the model's
 * context, by `rulerOf` in a suite of one's own: reading them is what takes the time.
 */
import { quotedContext, quotedSingle, ruler, rulerQa, wikiText } from "../../datasets/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { found } from "../quality/found.ts";
import { perplexity } from "../quality/perplexity.ts";
import { tokenMatch } from "../quality/token_match.ts";
import type { Suite } from "../suite.ts";

export const suite: Suite = {
  name: "long_context",
  summary: "what is still found in long texts: needles, variables, questions among documents",
  candidates: { int8: [techniques.int8], int4: [techniques.int4] },
  evals: [
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
    perplexity(wikiText, { count: 40, tokens: 512 }),
    found(ruler, { count: 200, tokens: 48 }),
    found(rulerQa, { count: 200, tokens: 32, rule: "guard" }),
  ],
  workloads: [quotedSingle],
  pairs: 6,
  seed: 20,
};
