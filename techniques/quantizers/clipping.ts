/**
 * Grids narrower than their group's range where the loss is less for it (the clipping of Lin et al., AWQ, MLSys 2024):
 * values beyond the end lose more so that all others lose less. The loss of a group is dw^T G dw with the gram's block
 * of that group. Both ends of
 * the range shrink together, then each by itself where the grid has a zero of its own.
 */
import { type Dense, type Integers, layout, type Products, stepsOf } from "../../engine/mod.ts";
import { type Grid, nearest, roundTo } from "./grid.ts";

/** What a range's ends are multiplied by. */
const FACTORS = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];

/** The nearest codes on each group's grid of least loss. */
export async function clipped(
  products: Products,
  w: Dense,
  gram: Float32Array,
  p: Integers,
): Promise<Grid> {
  const best = nearest(w, p);
  const { group, groups } = layout(p, w.columns);
  for (let g = 0; g < groups; g++) {
    await clipColumn(products, w, gram, p, best, g, Math.min(group, w.columns - g * group));
  }
  return best;
}

/** Clips the g-th group of every row; a row's group is a row of the products. */
async function clipColumn(
  products: Products,
  w: Dense,
  gram: Float32Array,
  p: Integers,
  best: Grid,
  g: number,
  size: number,
): Promise<void> {
  const { rows, columns } = w;
  const { group, groups } = layout(p, columns);
  const first = g * group;
  const block = blockOf(gram, columns, first, size);
  const own = new Float32Array(rows * size);
  const [lows, highs] = [new Float32Array(rows), new Float32Array(rows)];
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < size; i++) {
      const value = own[row * size + i] = w.values[row * columns + first + i]!;
      if (value < lows[row]!) lows[row] = value;
      if (value > highs[row]!) highs[row] = value;
    }
  }
  const least = new Float64Array(rows).fill(Infinity);
  const [low, high] = [new Float32Array(rows).fill(1), new Float32Array(rows).fill(1)];
  const codes = new Uint8Array(own.length);
  const change = new Float32Array(own.length);
  const steps = new Float32Array(rows);
  const middles = new Uint8Array(rows);
  for (const ends of p.symmetric ? ["both"] : ["both", "low", "high"]) {
    const [keptLow, keptHigh] = [low.slice(), high.slice()];
    for (const factor of FACTORS) {
      for (let row = 0; row < rows; row++) {
        const min = lows[row]! * (ends === "high" ? keptLow[row]! : factor);
        const max = highs[row]! * (ends === "low" ? keptHigh[row]! : factor);
        const { scale, zero } = stepsOf(min, max, p);
        const [start, end] = [row * size, (row + 1) * size];
        roundTo(own, start, end, scale, zero, 2 ** p.bits - 1, codes);
        for (let i = start; i < end; i++) change[i] = scale * (codes[i]! - zero) - own[i]!;
        steps[row] = scale;
        middles[row] = zero;
      }
      const { values } = await products.of({ rows, columns: size, values: change }, block);
      for (let row = 0; row < rows; row++) {
        let loss = 0;
        for (let i = row * size; i < (row + 1) * size; i++) loss += values[i]! * change[i]!;
        if (loss >= least[row]!) continue;
        least[row] = loss;
        if (ends !== "high") low[row] = factor;
        if (ends !== "low") high[row] = factor;
        best.scales[row * groups + g] = steps[row]!;
        best.zeros[row * groups + g] = middles[row]!;
        best.codes.set(codes.subarray(row * size, (row + 1) * size), row * columns + first);
      }
    }
  }
}

/** The block of a gram [n, n] that a group's channels share. */
export function blockOf(gram: Float32Array, n: number, first: number, size: number): Dense {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    values.set(gram.subarray((first + i) * n + first, (first + i) * n + first + size), i * size);
  }
  return { rows: size, columns: size, values };
}
