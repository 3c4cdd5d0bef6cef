/** SciQ (Welbl et al., 2017): science questions behind the passage that supports the answer, as in lm-evaluation-harness. */
import type { Choices, Dataset } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { arrowRows } from "../source.ts";
import { choiceRow } from "./choice_row.ts";

interface Row {
  readonly question: string;
  readonly distractor1: string;
  readonly distractor2: string;
  readonly distractor3: string;
  readonly correct_answer: string;
  readonly support: string;
}

export const sciq: Dataset<Choices> = {
  name: "sciq",
  version: "1",
  source: `${from(FILES.sciq)}; Welbl et al., W-NUT 2017`,
  license: "CC BY-NC 3.0",
  split: "validation",
  digest: FILES.sciq.sha256,
  size: 1000,
  chance: 0.25,
  samples: () => arrowRows(FILES.sciq, (row, index) => toChoices(row as unknown as Row, index)),
};

/** One sample of a row; the right answer is last. */
export function toChoices(row: Row, index: number): Choices {
  const context = `${row.support.trimStart()}\nQuestion: ${row.question}\nAnswer:`;
  const choices = [row.distractor1, row.distractor2, row.distractor3, row.correct_answer];
  return choiceRow({ id: String(index), context, choices, gold: 3 });
}
