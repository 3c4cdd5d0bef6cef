/** The standard suite: every technique on the whole quality battery, then raced on three ways of being used. */
import {
  arcEasy,
  chatClients,
  chatSingle,
  edgeCases,
  hellaswag,
  lambada,
  mtBench,
  quotedContext,
  quotedSingle,
  sharedPrefix,
  wikiText,
} from "../../datasets/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { cloze } from "../quality/cloze.ts";
import { drafts } from "../quality/drafts.ts";
import { generated } from "../quality/generated.ts";
import { logitKl } from "../quality/logit_kl.ts";
import { multipleChoice } from "../quality/multiple_choice.ts";
import { perplexity } from "../quality/perplexity.ts";
import { sampled } from "../quality/sampled.ts";
import { served } from "../quality/served.ts";
import { tokenMatch } from "../quality/token_match.ts";
import type { Suite } from "../suite.ts";

const { int8, int4, prompt_lookup, prefix_cache, continuous_batching } = techniques;

export const suite: Suite = {
  name: "standard",
  summary: "every technique, alone and stacked, on the whole battery",
  candidates: {
    int8: [int8],
    int4: [int4],
    prompt_lookup: [prompt_lookup],
    prefix_cache: [prefix_cache],
    continuous_batching: [continuous_batching],
    stack: [int8, prompt_lookup, prefix_cache, continuous_batching],
  },
  evals: [
    tokenMatch(quotedContext, { count: 12, tokens: 48 }),
    tokenMatch(sharedPrefix, { count: 12, tokens: 32 }),
    served(wikiText, { count: 20, tokens: 40, rule: "guard" }),
    sampled(mtBench, { count: 6, draws: 32, tokens: 3 }),
    generated(edgeCases, { count: 35, tokens: 32 }),
    drafts(quotedContext, { count: 8, tokens: 48 }),
    perplexity(wikiText, { count: 40, tokens: 512 }),
    logitKl(wikiText, { count: 8, tokens: 128 }),
    multipleChoice(arcEasy, { count: 500, judged: "acc", chance: 0.25 }),
    multipleChoice(hellaswag, { count: 500, judged: "acc_norm", chance: 0.25 }),
    cloze(lambada, { count: 500 }),
  ],
  workloads: [chatSingle, quotedSingle, chatClients],
  pairs: 8,
  seed: 20,
};
