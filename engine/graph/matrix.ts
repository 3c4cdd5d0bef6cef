/** A weight matrix, row by row as the file has it, one row after another in memory that is used again. */
import type { Held } from "../weights/mod.ts";

/** Rows [out, in] of 32-bit floats, produced when the graph is written. */
export interface Matrix {
  readonly name: string;
  readonly out: number;
  readonly in: number;
  /** Holds the matrix as it is stored, and returns a function that writes one row of it at `offset`. */
  rows(): (row: number, into: Float32Array, offset: number) => void;
  /** Integers that were made of it already, whose precision is then its own. */
  readonly held?: Held;
  /** The file's tensors that it is made of, one under the other; absent: it is one by itself. */
  readonly parts?: readonly { readonly called: string; readonly rows: number }[];
}

/** The part that a row is in, as its number, and the row in the file's words. */
export function placeOf({ name, parts = [] }: Matrix, row: number): { readonly part: number; text: string } {
  let [part, left] = [0, row];
  while (parts[part] && left >= parts[part]!.rows) left -= parts[part++]!.rows;
  return { part, text: `row ${left} of ${parts[part]?.called ?? name}` };
}

/** Values in a band: few enough for the processor's caches, many enough to be written at once. */
const BAND = 2 ** 18;

/** The matrix in bands of rows, in order; each is over when the next is asked for. */
export function* bands(
  w: Pick<Matrix, "out" | "in" | "rows">,
): Iterable<{ readonly first: number; readonly rows: number; readonly values: Float32Array }> {
  const height = Math.min(w.out, Math.max(1, Math.floor(BAND / w.in)));
  const band = new Float32Array(height * w.in);
  const write = w.rows();
  for (let first = 0; first < w.out; first += height) {
    const rows = Math.min(height, w.out - first);
    for (let row = 0; row < rows; row++) write(first + row, band, row * w.in);
    yield { first, rows, values: band.subarray(0, rows * w.in) };
  }
}
