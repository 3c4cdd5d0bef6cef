/**
 * Codes that make up for each other's losses: one input after another takes the code of least tr(dW G dW^T) with all
 * other codes as they are, sweep by sweep, so the loss only falls (cyclic coordinate descent; Behdin et al., QuantEase,
 * 2023). After each group the scale is refitted, the minimum of a parabola.
 */
import { type Dense, layout, type Products } from "../../engine/mod.ts";
import { floatsOf, type Grid } from "./grid.ts";

/** Sweeps codes and scales of a grid `sweeps` times; returns the grid that is left. */
export async function descend(
  products: Products,
  w: Dense,
  gram: Float32Array,
  start: Grid,
  sweeps: number,
): Promise<Grid> {
  const { rows, columns } = w;
  const { group, groups } = layout(start.precision, columns);
  const top = 2 ** start.precision.bits - 1;
  const grid: Grid = { ...start, codes: start.codes.slice(), scales: start.scales.slice() };
  const change = floatsOf(grid, columns);
  for (let i = 0; i < change.length; i++) change[i]! -= w.values[i]!;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let g = 0; g < groups; g++) {
      const first = g * group;
      const size = Math.min(group, columns - first);
      const strip = {
        rows: size,
        columns,
        values: gram.subarray(first * columns, (first + size) * columns),
      };
      const slopes = await products.of({ rows, columns, values: change }, strip, "b");
      for (let row = 0; row < rows; row++) {
        const slope = slopes.values.subarray(row * size, (row + 1) * size);
        sweepGroup(grid, change, gram, slope, { row, columns, first, at: row * groups + g }, top);
      }
    }
  }
  return grid;
}

interface Place {
  readonly row: number;
  readonly columns: number;
  readonly first: number;
  /** The group's number among all groups. */
  readonly at: number;
}

/** One pass over a row's group; `slope`: half the loss's gradient, kept up to date. */
function sweepGroup(
  { codes, scales, zeros }: Grid,
  change: Float32Array,
  gram: Float32Array,
  slope: Float32Array,
  { row, columns, first, at }: Place,
  top: number,
): void {
  const size = slope.length;
  const from = row * columns + first;
  const scale = scales[at]!;
  const move = (i: number, by: number) => {
    const line = (first + i) * columns + first;
    for (let k = 0; k < size; k++) slope[k]! += by * gram[line + k]!;
    change[from + i]! += by;
  };
  for (let i = 0; i < size; i++) {
    const curve = gram[(first + i) * columns + first + i]!;
    if (curve <= 0) continue;
    const old = codes[from + i]!;
    let code = Math.round(old - slope[i]! / (curve * scale));
    code = code < 0 ? 0 : code > top ? top : code;
    if (code === old) continue;
    codes[from + i] = code;
    move(i, scale * (code - old));
  }
  // The scale of least loss for these codes.
  let [fall, curve] = [0, 0];
  const zero = zeros[at]!;
  for (let i = 0; i < size; i++) {
    const own = codes[from + i]! - zero;
    if (own === 0) continue;
    fall += slope[i]! * own;
    const line = (first + i) * columns + first;
    let sum = 0;
    for (let k = 0; k < size; k++) sum += gram[line + k]! * (codes[from + k]! - zero);
    curve += own * sum;
  }
  const fitted = Math.fround(scale - fall / curve);
  if (!(curve > 0 && fitted > 0)) return;
  scales[at] = fitted;
  for (let i = 0; i < size; i++) change[from + i]! += (fitted - scale) * (codes[from + i]! - zero);
}
