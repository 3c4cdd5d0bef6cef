/** CommonsenseQA (Talmor et al., 2019): five choices behind letters, answered by the letter, as in lm-evaluation-harness. */
import type { Choices, Dataset } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { arrowRows } from "../source.ts";
import { choiceRow, lettered, LETTERS } from "./choice_row.ts";

interface Row {
  readonly id: string;
  readonly question: string;
  readonly choices: { readonly label: Iterable<string>; readonly text: Iterable<string> };
  readonly answerKey: string;
}

export const commonsenseQa: Dataset<Choices> = {
  name: "commonsense_qa",
  version: "1",
  source: `${from(FILES.commonsenseQa)}; Talmor et al., NAACL 2019`,
  license: "MIT",
  split: "validation",
  digest: FILES.commonsenseQa.sha256,
  size: 1221,
  // B, always.
  chance: 0.2089,
  samples: () => arrowRows(FILES.commonsenseQa, (row) => toChoices(row as unknown as Row)),
};

/** One sample of a row. @throws {Error} when the answer is the letter of no choice. */
export function toChoices({ id, question, choices: { label, text }, answerKey }: Row): Choices {
  const context = `Question: ${lettered(question, [...text])}`;
  return choiceRow({ id, context, choices: LETTERS, gold: [...label].indexOf(answerKey) });
}
