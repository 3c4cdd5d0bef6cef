/** PIQA (Bisk et al., 2020): which of two ways reaches a physical goal; prompts as in lm-evaluation-harness. */
import type { Choices, Dataset } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { arrowRows } from "../source.ts";
import { choiceRow } from "./choice_row.ts";

interface Row {
  readonly goal: string;
  readonly sol1: string;
  readonly sol2: string;
  readonly label: number | bigint;
}

export const piqa: Dataset<Choices> = {
  name: "piqa",
  version: "1",
  source: `${from(FILES.piqa)}; Bisk et al., AAAI 2020`,
  license: "not stated",
  split: "validation",
  digest: FILES.piqa.sha256,
  size: 1838,
  chance: 0.5,
  samples: () => arrowRows(FILES.piqa, (row, index) => toChoices(row as unknown as Row, index)),
};

/** One sample of a row. @throws {Error} when the label is not 0 or 1. */
export function toChoices({ goal, sol1, sol2, label }: Row, index: number): Choices {
  const context = `Question: ${goal}\nAnswer:`;
  return choiceRow({ id: String(index), context, choices: [sol1, sol2], gold: Number(label) });
}
