/** GSM8K's questions as a user asks them, without worked examples: answers are reasoned in steps and copy little. */
import type { Dataset, Prompt } from "../dataset.ts";
import { FILES } from "../packages.ts";
import { rows } from "../source.ts";
import { gsm8k } from "./gsm8k.ts";

interface Row {
  readonly doc: { readonly id: number; readonly question: string };
}

/** The prompt of a row. */
export function toMathsQuestion({ doc: { id, question } }: Row): Prompt {
  return { id: `maths-${id}`, cluster: String(id), slices: ["maths"], turns: [question.trim()] };
}

export const mathsQuestions: Dataset<Prompt> = {
  name: "maths_questions",
  version: "1",
  source: gsm8k.source,
  license: gsm8k.license,
  split: "workload",
  digest: gsm8k.digest,
  size: gsm8k.size,
  samples: () => rows(FILES.gsm8k, (row) => toMathsQuestion(row as Row)),
};
