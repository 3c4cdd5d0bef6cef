/**
 * HellaSwag (Zellers et al., 2019): which of four endings follows. Prompts and endings are made of the set's own rows
 * as lm-evaluation-harness makes them (lm_eval/tasks/hellaswag/utils.py).
 */
import type { Choices, Dataset } from "../dataset.ts";
import { FILES, from } from "../packages.ts";
import { arrowRows } from "../source.ts";

interface Row {
  readonly ind: number;
  readonly activity_label: string;
  readonly ctx_a: string;
  readonly ctx_b: string;
  readonly endings: Iterable<string>;
  readonly label: string;
}

export const hellaswag: Dataset<Choices> = {
  name: "hellaswag",
  version: "1",
  source: `${from(FILES.hellaswag)}; Zellers et al., ACL 2019`,
  license: "MIT",
  split: "validation",
  digest: FILES.hellaswag.sha256,
  size: 10042,
  chance: 0.25,
  samples: () => arrowRows(FILES.hellaswag, (row, index) => toChoices(row as unknown as Row, index)),
};

/** One sample of a row. @throws {Error} when the label is not the number of an ending. */
export function toChoices(row: Row, index: number): Choices {
  const endings = Array.from(row.endings, cleaned);
  const gold = Number(row.label);
  if (row.label === "" || !(gold in endings)) {
    throw new Error(`the label must be one of ${endings.length} endings: found "${row.label}"`);
  }
  const id = `${index}:${row.ind}`;
  return {
    id,
    cluster: id,
    slices: [],
    context: cleaned(`${row.activity_label}: ${row.ctx_a} ${capitalized(row.ctx_b)}`),
    continuations: endings.map((ending) => ` ${ending}`),
    gold,
  };
}

/** Brackets are left over from WikiHow's pages. */
function cleaned(text: string): string {
  return text.trim().replaceAll(" [title]", ". ").replaceAll(/\[.*?\]/g, "").replaceAll("  ", " ");
}

/** First letter large, all others small, as Python's str.capitalize. */
function capitalized(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}
