/**
 * The reasoning suite: long answers that are right or wrong, for a model that can do them, such as qwen2.5-coder-0.5b.
 * To show that no more than 2 points were lost takes thousands of them, so that they guard, and the likelihood of code
 * and of prose bears the pass.
 */
import {
  codeText,
  gsm8k,
  humanEval,
  mbpp,
  quotedContext,
  quotedSingle,
  wikiText,
} from "../../datasets/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { code } from "../quality/code.ts";
import { perplexity } from "../quality/perplexity.ts";
import { tokenMatch } from "../quality/token_match.ts";
import { workedAnswer } from "../quality/worked_answer.ts";
import type { Suite } from "../suite.ts";

export const suite: Suite = {
  name: "reasoning",
  summary: "word problems and programs: long answers that are right or wrong",
  candidates: { int8: [techniques.int8], prompt_lookup: [techniques.prompt_lookup] },
  evals: [
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
    perplexity(codeText, { count: 40, tokens: 256 }),
    perplexity(wikiText, { count: 40, tokens: 256 }),
    code(humanEval, { count: 50, tokens: 256, rule: "guard" }),
    code(mbpp, { count: 50, tokens: 128, rule: "guard" }),
    workedAnswer(gsm8k, { count: 50, tokens: 192, judged: "flexible", rule: "guard" }),
  ],
  workloads: [quotedSingle],
  pairs: 6,
  seed: 20,
};
