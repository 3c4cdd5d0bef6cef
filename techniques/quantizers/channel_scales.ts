/**
 * Scales of input channels by how much goes through them (Lin et al., AWQ, MLSys 2024): s = (mean|x|)^alpha, alpha on a
 * grid, by the loss of the rounded layer. The gram holds all that the loss needs, so no text is read again.
 */
import { type Dense, type Integers, layout, type Products, stepsOf } from "../../engine/mod.ts";
import { lossOf } from "./grid.ts";

/** alpha = i / ALPHAS for i from 0: plain rounding is among them. */
export const ALPHAS = 20;

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
  let best: ChannelScales | undefined;
  let before = 0;
  const values = new Float32Array(w.values.length);
  for (let i = 0; i < ALPHAS; i++) {
    const alpha = i / ALPHAS;
    const scales = powers(sizes, alpha);
    roundingChange(w, scales, p, values);
    const after = await lossOf(products, { ...w, values }, gram);
    if (i === 0) before = after;
    if (!best || after < best.after) best = { alpha, scales, before, after };
  }
  return best!;
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
function roundingChange(w: Dense, s: Float32Array, p: Integers, into: Float32Array): void {
  const { rows, columns, values } = w;
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
}
