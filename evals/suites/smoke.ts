/** The smoke suite: two techniques and the whole path in a few minutes. Its samples are too few to rank by. */
import { chatSingle, quotedContext, quotedSingle, wikiText } from "../../datasets/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { perplexity } from "../quality/perplexity.ts";
import { served } from "../quality/served.ts";
import { tokenMatch } from "../quality/token_match.ts";
import type { Suite } from "../suite.ts";

export const suite: Suite = {
  name: "smoke",
  summary: "two techniques and the whole path in a few minutes",
  candidates: { int8: [techniques.int8], prompt_lookup: [techniques.prompt_lookup] },
  evals: [
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
    served(wikiText, { count: 20, tokens: 24, rule: "guard" }),
    perplexity(wikiText, { count: 24, tokens: 256 }),
  ],
  workloads: [{ ...chatSingle, maxTokens: 24 }, { ...quotedSingle, maxTokens: 48 }],
  pairs: 6,
  seed: 20,
};
