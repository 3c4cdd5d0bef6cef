/**
 * The knowledge suite: what quantized weights still know, over ten sets of questions and three kinds of text. Judged by margin where a model of a hundred
 * million weights is clearly above chance; a guard, which refuses a shown loss and carries no pass, where it is not.
 */
import {
  arcChallenge,
  boolq,
  c4Text,
  codeText,
  commonsenseQa,
  mmlu,
  openbookQa,
  piqa,
  quotedContext,
  quotedSingle,
  sciq,
  squad,
  triviaQa,
  wikiText,
  winogrande,
} from "../../datasets/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { multipleChoice } from "../quality/multiple_choice.ts";
import { perplexity } from "../quality/perplexity.ts";
import { shortAnswer } from "../quality/short_answer.ts";
import { tokenMatch } from "../quality/token_match.ts";
import type { Suite } from "../suite.ts";

export const suite: Suite = {
  name: "knowledge",
  summary: "what quantized weights still know: ten sets of questions, three kinds of text",
  candidates: { int8: [techniques.int8], int4: [techniques.int4] },
  evals: [
    tokenMatch(quotedContext, { count: 6, tokens: 32 }),
    perplexity(wikiText, { count: 40, tokens: 512 }),
    perplexity(c4Text, { count: 40, tokens: 256 }),
    perplexity(codeText, { count: 40, tokens: 256 }),
    multipleChoice(piqa, { count: 500, judged: "acc_norm" }),
    multipleChoice(sciq, { count: 500, judged: "acc" }),
    multipleChoice(arcChallenge, { count: 500, judged: "acc_norm", rule: "guard" }),
    multipleChoice(openbookQa, { count: 500, judged: "acc_norm", rule: "guard" }),
    multipleChoice(winogrande, { count: 500, judged: "acc", rule: "guard" }),
    multipleChoice(boolq, { count: 300, judged: "acc", rule: "guard" }),
    multipleChoice(commonsenseQa, { count: 500, judged: "acc", rule: "guard" }),
    multipleChoice(mmlu, { count: 570, judged: "acc", rule: "guard" }),
    shortAnswer(squad, { count: 200, tokens: 24, judged: "f1" }),
    shortAnswer(triviaQa, { count: 200, tokens: 16, judged: "exact_match", rule: "guard" }),
  ],
  workloads: [quotedSingle],
  pairs: 6,
  seed: 20,
};
