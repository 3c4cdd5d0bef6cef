/**
 * Running text of one file without marks between its documents, in pieces with as much left out after each, so that two
 * pieces are rarely of one document. Three splits take turns by the dozen: to measure on, to calibrate on and to build
 * workloads from.
 */
import type { PinnedFile } from "../../engine/mod.ts";
import type { Dataset, Text } from "../dataset.ts";
import { from } from "../packages.ts";
import { text } from "../source.ts";

/** About 600 tokens of English. */
const CHARACTERS = 2400;
const TURN = 12;
const SPLITS = ["test", "calibration", "workload"] as const;

/** The pieces of a text, with their split. */
export function* pieces(file: string): Iterable<Text & { readonly split: (typeof SPLITS)[number] }> {
  for (let index = 0; 2 * CHARACTERS * (index + 1) <= file.length; index++) {
    const start = 2 * CHARACTERS * index;
    // From the first whole word on.
    const [piece] = file.slice(start, start + CHARACTERS).match(/(?<=\s)\S[\s\S]*/) ?? [""];
    const id = String(index);
    yield {
      id,
      cluster: id,
      slices: [],
      text: piece.trimEnd(),
      split: SPLITS[Math.floor(index / TURN) % 3]!,
    };
  }
}

/**
 * One split of a file. `twins`: ids of pieces drawn for calibration which have lines of what is measured on or timed,
 * and are left out.
 */
export function fileText(
  about: { readonly name: string; readonly paper: string; readonly license: string; readonly twins: string },
  file: PinnedFile,
  split: (typeof SPLITS)[number],
  size: number,
): Dataset<Text> {
  const twins = new Set(split === "calibration" ? about.twins.split(" ") : []);
  return {
    name: split === "test" ? about.name : `${about.name}_${split}`,
    version: "1",
    source: `${from(file)}; ${about.paper}`,
    license: about.license,
    split,
    digest: file.sha256,
    size,
    async *samples() {
      for (const piece of pieces(await text(file))) {
        if (piece.split === split && !twins.has(piece.id)) yield piece;
      }
    },
  };
}
