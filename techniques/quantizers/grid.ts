/**
 * A matrix on the grids of its groups before it is packed, w = scale (code - zero), and what a choice of codes loses:
 * tr(dW G dW^T), the squared change of the products over calibration text whose gram x^T x is G.
 */
import {
  type Dense,
  type Grid,
  type Integers,
  layout,
  nearest as nearestOf,
  pack,
  type Packed,
  type Products,
  UserError,
} from "../../engine/mod.ts";

export type { Grid };

/** The nearest codes on the grids that each group's own range spans. */
export const nearest = ({ rows, columns, values }: Dense, p: Integers): Grid =>
  nearestOf(values, rows, columns, p);

/** Where a group's values start and end in the matrix. */
export function spanOf(
  at: number,
  group: number,
  groups: number,
  columns: number,
): readonly [number, number] {
  const row = Math.floor(at / groups);
  const start = row * columns + (at - row * groups) * group;
  return [start, Math.min(start + group, (row + 1) * columns)];
}

/** Codes of values[start, end) on one grid. */
export function roundTo(
  values: Float32Array,
  start: number,
  end: number,
  scale: number,
  zero: number,
  top: number,
  codes: Uint8Array,
): void {
  for (let i = start; i < end; i++) {
    const code = Math.floor(values[i]! / scale + 0.5) + zero;
    codes[i] = code < 0 ? 0 : code > top ? top : code;
  }
}

/** The floats that a grid stands for, [rows, columns]. */
export function floatsOf({ codes, scales, zeros, precision }: Grid, columns: number): Float32Array {
  const { group, groups } = layout(precision, columns);
  const values = new Float32Array(codes.length);
  for (let at = 0; at < scales.length; at++) {
    const [start, end] = spanOf(at, group, groups, columns);
    for (let i = start; i < end; i++) values[i] = scales[at]! * (codes[i]! - zeros[at]!);
  }
  return values;
}

/** Some rows of a grid as the runtime reads them, their floats times `factor`. */
export function packRows(
  { codes, scales, zeros, precision }: Grid,
  first: number,
  rows: number,
  columns: number,
  factor = 1,
): Packed {
  const { groups } = layout(precision, columns);
  const own = scales.slice(first * groups, (first + rows) * groups);
  return pack(
    codes.subarray(first * columns, (first + rows) * columns),
    factor === 1 ? own : own.map((scale) => scale * factor),
    zeros.subarray(first * groups, (first + rows) * groups),
    rows,
    precision,
  );
}

/** tr(dW G dW^T) for dW [rows, n] and G [n, n]. */
export async function lossOf(products: Products, change: Dense, gram: Float32Array): Promise<number> {
  const n = change.columns;
  const { values } = await products.of(change, { rows: n, columns: n, values: gram });
  return dot(values, change.values);
}

/** b - a, as a matrix like a. */
export function changeOf(a: Dense, b: Float32Array): Dense {
  return { ...a, values: b.map((value, i) => value - a.values[i]!) };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** @throws {UserError} where a value is not a finite number; `place`: what it is called. */
export function checkFinite(values: Float32Array, place: (at: number) => string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new UserError(
    `Cannot quantize the weights as all that is read for it must be finite numbers: ${place(at)} is ${
      values[at]
    }.`,
  );
}
