/**
 * The reasoning suite: long answers that are right or wrong, for a model that can do them, such as qwen2.5-coder-0.5b.
 * HumanEval has too few problems to show that no more than 2 points were lost, so there it is a guard.
 */
import { gsm8k, humanEval, mbpp, quotedContext, quotedSingle } from "../../datasets/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { code } from "../quality/code.ts";
import { tokenMatch } from "../quality/token_match.ts";
import { workedAnswer } from "../quality/worked_answer.ts";
import type { Suite } from "../suite.ts";

export const suite: Suite = {
  name: "reasoning",
  summary: "word problems and programs: long answers that are right or wrong",
  candidates: { int8: [techniques.int8], prompt_lookup: [techniques.prompt_lookup] },
  evals: [
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
    workedAnswer(gsm8k, { count: 500, tokens: 256, judged: "flexible" }),
    code(mbpp, { count: 500, tokens: 256 }),
    code(humanEval, { count: 164, tokens: 384, rule: "guard" }),
  ],
  workloads: [quotedSingle],
  pairs: 6,
  seed: 20,
};
