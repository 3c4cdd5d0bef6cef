/**
 * Scales of input channels by how much goes through them (Lin et al., AWQ, MLSys 2024): s = (mean|x|)^alpha, alpha on a
 * grid, by the loss of the rounded layer. The gram holds all that the loss needs, so no text is read again.
 */
import { type Dense, type Integers, layout, type Products, stepsOf } from "../../engine/mod.ts";
import { lossOf } from "./grid.ts";

/** alpha = i / ALPHAS for i from 0: plain rounding is among them. */
export const ALPHAS = 20;
const ROWS = 512;

export interface ChannelScales {
  readonly alpha: number;
  readonly scales: Float32Array;
  /** Of plain rounding, and with these scales. */
  readonly before: number;
  readonly after: number;
}

/** The scales of least loss tr(dW G dW^T), dW = Q(W diag s) diag(s)^-1 - W; `sizes`: mean |x| of each input. */
export async function searchScales(
  products: Products,
  w: Dense,
  gram: Float32Array,
  sizes: Float32Array,
  p: Integers,
): Promise<ChannelScales> {
  const loss = (of: Dense, scales: Float32Array) => lossOf(products, roundingChange(of, scales, p), gram);
  const some = everyRow(w);
  let [alpha, least] = [0, Infinity];
  for (let i = 0; i < ALPHAS; i++) {
    const found = await loss(some, powers(sizes, i / ALPHAS));
    if (found < least) [alpha, least] = [i / ALPHAS, found];
  }
  const none = powers(sizes, 0);
  const before = await loss(w, none);
  const scales = powers(sizes, alpha);
  const after = await loss(w, scales);
  return after < before
    ? { alpha, scales, before, after }
    : { alpha: 0, scales: none, before, after: before };
}

/** At most ROWS rows, evenly spread: enough to tell one alpha from another. */
function everyRow({ rows, columns, values }: Dense): Dense {
  const every = Math.ceil(rows / ROWS);
  const kept = Math.ceil(rows / every);
  const some = new Float32Array(kept * columns);
  for (let row = 0; row < kept; row++) {
    some.set(values.subarray(row * every * columns, (row * every + 1) * columns), row * columns);
  }
  return { rows: kept, columns, values: some };
}

/** sizes^alpha over the square root of the largest times the smallest; 1 for a channel that is always zero. */
export function powers(sizes: Float32Array, alpha: number): Float32Array {
  const scales = sizes.map((size) => size > 0 ? Math.max(size ** alpha, 1e-4) : 0);
  let [min, max] = [Infinity, 0];
  for (const scale of scales) {
    if (scale > 0 && scale < min) min = scale;
    if (scale > max) max = scale;
  }
  const middle = Math.sqrt(max * min);
  return scales.map((scale) => scale > 0 ? scale / middle : 1);
}

/** Q(W diag s) diag(s)^-1 - W, to the nearest. */
function roundingChange({ rows, columns, values }: Dense, s: Float32Array, p: Integers): Dense {
  const into = new Float32Array(values.length);
  const { group } = layout(p, columns);
  const top = 2 ** p.bits - 1;
  const scaled = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    for (let start = 0; start < columns; start += group) {
      const end = Math.min(start + group, columns);
      let [min, max] = [0, 0];
      for (let i = start; i < end; i++) {
        const value = scaled[i] = values[from + i]! * s[i]!;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      const { scale, zero } = stepsOf(min, max, p);
      for (let i = start; i < end; i++) {
        let code = Math.floor(scaled[i]! / scale + 0.5) + zero;
        code = code < 0 ? 0 : code > top ? top : code;
        into[from + i] = scale * (code - zero) / s[i]! - values[from + i]!;
      }
    }
  }
  return { rows, columns, values: into };
}
