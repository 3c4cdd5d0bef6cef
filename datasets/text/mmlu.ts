/**
 * MMLU (Hendrycks et al., 2021): 57 subjects of school, study and profession, four choices behind letters. Zero-shot
 * behind the subject's line, which is lm-evaluation-harness's default; a subject is a slice.
 */
import { arrowRows } from "../source.ts";
import type { Choices, Dataset } from "../dataset.ts";
import { MMLU_DIGEST, mmluFiles } from "../mmlu_files.ts";
import { from } from "../packages.ts";
import { choiceRow, lettered, LETTERS } from "./choice_row.ts";

interface Row {
  readonly question: string;
  readonly choices: Iterable<string>;
  readonly answer: number | bigint;
}

export const mmlu: Dataset<Choices> = {
  name: "mmlu",
  version: "1",
  source: `${from(mmluFiles[0]!)}; Hendrycks et al., ICLR 2021`,
  license: "MIT",
  split: "test",
  digest: MMLU_DIGEST,
  size: 14042,
  // D, always.
  chance: 0.2689,
  async *samples() {
    for (const file of mmluFiles) {
      yield* arrowRows(file, (row, index) => toChoices(row as unknown as Row, file.subject, index));
    }
  },
};

/** One sample of a row. @throws {Error} when the answer is the number of no choice. */
export function toChoices({ question, choices, answer }: Row, subject: string, index: number): Choices {
  const about = subject.replaceAll("_", " ");
  const context = "The following are multiple choice questions (with answers) about " +
    `${about}.\n\n${lettered(question, [...choices])}`;
  return choiceRow(
    { id: `${subject}-${index}`, context, choices: LETTERS.slice(0, 4), gold: Number(answer) },
    [about],
  );
}
