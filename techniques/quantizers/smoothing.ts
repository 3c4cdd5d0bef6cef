/**
 * Scales that share out the range between a matrix and what it reads where both are rounded to 8 bits (Xiao et al.,
 * SmoothQuant, ICML 2023): s = max|x|^alpha / max|w|^(1 - alpha), alpha on a grid, by what the products lose on rows of
 * calibration text. A row's loss is told as a share of what its product goes into, as a norm divides both.
 */
import type { Dense, Inputs, Integers, Products } from "../../engine/mod.ts";
import { floatsOf, type Grid, nearest } from "./grid.ts";

const ALPHAS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
/** One row in so many is kept: no divisor of a text's usual length, so that every place in a text has its turn. */
const STRIDE = 17;
/** Rows that are kept at most. */
const ROWS = 768;

/** What a tap reads: some rows, the residual that their products are added to, and the largest |x| of all rows. */
export interface Sample {
  readonly x: Dense;
  readonly residual?: Float32Array;
  readonly largest: Float32Array;
}

export interface SmoothMatrix {
  readonly scales: Float32Array;
  /** Of W diag(scales). */
  readonly grid: Grid;
  /** Losses with both sides rounded: as they are, and smoothed; alpha is 0 where that is no better. */
  readonly told: { readonly alpha: number; readonly plain: number; readonly smoothed: number };
}

/** Draws a sample of what a tap of `columns` inputs reads, added to residuals of `width`. */
export async function sampleOf(
  inputs: AsyncIterable<Inputs>,
  columns: number,
  width: number,
): Promise<Sample> {
  const largest = new Float32Array(columns);
  const rows: Float32Array[] = [];
  const residuals: Float32Array[] = [];
  for await (const { x, residual } of inputs) {
    for (let i = 0; i < x.length; i++) {
      largest[i % columns] = Math.max(largest[i % columns]!, Math.abs(x[i]!));
    }
    for (let row = 0; row < x.length / columns && rows.length < ROWS; row += STRIDE) {
      rows.push(x.subarray(row * columns, (row + 1) * columns));
      if (residual) residuals.push(residual.subarray(row * width, (row + 1) * width));
    }
  }
  const joined = (parts: readonly Float32Array[], each: number) => {
    const all = new Float32Array(parts.length * each);
    parts.forEach((part, i) => all.set(part, i * each));
    return all;
  };
  return {
    x: { rows: rows.length, columns, values: joined(rows, columns) },
    ...(residuals.length > 0 && { residual: joined(residuals, width) }),
    largest,
  };
}

/** The scales of least loss for W [out, in]; `share` makes scales alike that have to be (see shareHeads). */
export async function smooth(
  products: Products,
  w: Dense,
  { x, residual, largest }: Sample,
  p: Integers,
  share: (scales: Float32Array) => Float32Array = (scales) => scales,
): Promise<SmoothMatrix> {
  const exact = (await products.of(x, w, "b")).values;
  const goals = exact.map((value, i) => value + (residual?.[i] ?? 0));
  const weights = columnSizes(w);
  const attempt = async (scales: Float32Array) => {
    const grid = nearest({ ...w, values: timesColumns(w.values, scales) }, p);
    const floats = { ...w, values: floatsOf(grid, w.columns) };
    const rounded = roundRows({ ...x, values: timesColumns(x.values, scales.map((scale) => 1 / scale)) });
    const { values } = await products.of(rounded, floats, "b");
    return { scales, grid, loss: shareLost(values, exact, goals, w.rows) };
  };
  const plain = await attempt(new Float32Array(w.columns).fill(1));
  let best = { ...plain, alpha: 0 };
  for (const alpha of ALPHAS) {
    const one = await attempt(share(smoothing(largest, weights, alpha)));
    if (one.loss < best.loss) best = { ...one, alpha };
  }
  const { scales, grid, alpha } = best;
  return { scales, grid, told: { alpha, plain: plain.loss, smoothed: best.loss } };
}

/** max|x|^alpha / max|w|^(1 - alpha); 1 where either is always zero. */
export function smoothing(largest: Float32Array, weights: Float32Array, alpha: number): Float32Array {
  return largest.map((size, i) =>
    size > 0 && weights[i]! > 0 ? size ** alpha / weights[i]! ** (1 - alpha) : 1
  );
}

/** The largest |w| of each column. */
function columnSizes({ columns, values }: Dense): Float32Array {
  const sizes = new Float32Array(columns);
  for (let i = 0; i < values.length; i++) {
    sizes[i % columns] = Math.max(sizes[i % columns]!, Math.abs(values[i]!));
  }
  return sizes;
}

const timesColumns = (values: Float32Array, scales: Float32Array) =>
  values.map((value, i) => value * scales[i % scales.length]!);

/** Each row to the nearest of the 255 steps that its own largest magnitude spans. */
export function roundRows({ rows, columns, values }: Dense): Dense {
  const rounded = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    let largest = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      largest = Math.max(largest, Math.abs(values[i]!));
    }
    const step = largest / 127 || 1;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      rounded[i] = Math.round(values[i]! / step) * step;
    }
  }
  return { rows, columns, values: rounded };
}

/** Mean over rows of |found - exact|^2 / |goal|^2. */
function shareLost(found: Float32Array, exact: Float32Array, goals: Float32Array, out: number): number {
  let sum = 0;
  for (let start = 0; start < found.length; start += out) {
    let [lost, all] = [0, 0];
    for (let i = start; i < start + out; i++) {
      lost += (found[i]! - exact[i]!) ** 2;
      all += goals[i]! ** 2;
    }
    sum += lost / (all || 1);
  }
  return sum / (found.length / out);
}
