/**
 * Steps for groups whose inputs do not weigh alike. A rounding error e of input i costs e^2 / u_ii^2 once the inputs
 * after it have made good what they can (Frantar et al., Optimal Brain Compression, 2022), so of several narrowed ranges
 * each group takes the one of least such cost.
 */
import { type Dense, type Integers, layout, type Steps, stepsOf } from "../../engine/mod.ts";
import { type Grid, nearest, spanOf } from "./grid.ts";

/** What both ends of a range are multiplied by; where zeros are free, also one end more than the other. */
const SHRINKS = Array.from({ length: 21 }, (_, i) => 1 - i / 50);
const LOPSIDED = [0.95, 0.9, 0.85, 0.8, 0.7].flatMap((less) =>
  [1, 0.9, 0.8].flatMap((all) => [[less * all, all], [all, less * all]] as const)
);

/** Scales and zeros of least cost, by what an input's squared error costs; codes are the nearest on full ranges. */
export function searchSteps(w: Dense, costs: Float64Array, p: Integers): Grid {
  const grid = nearest(w, p);
  const { group, groups } = layout(p, w.columns);
  const factors = [...SHRINKS.map((one) => [one, one] as const), ...(p.symmetric ? [] : LOPSIDED)];
  const top = 2 ** p.bits - 1;
  for (let at = 0; at < grid.scales.length; at++) {
    const [start, end] = spanOf(at, group, groups, w.columns);
    const values = w.values.subarray(start, end);
    const first = start % w.columns;
    let [min, max] = [0, 0];
    for (const value of values) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    let least = Infinity;
    for (const [low, high] of factors) {
      const steps = stepsOf(min * low, max * high, p);
      const cost = costOf(values, costs, first, steps, top, least);
      if (cost >= least) continue;
      least = cost;
      grid.scales[at] = steps.scale;
      grid.zeros[at] = steps.zero;
    }
  }
  return grid;
}

/** Of the nearest codes; given up where it is more than `most`. */
function costOf(
  values: Float32Array,
  costs: Float64Array,
  first: number,
  { scale, zero }: Steps,
  top: number,
  most: number,
): number {
  let cost = 0;
  for (let i = 0; i < values.length && cost < most; i++) {
    const value = values[i]!;
    let code = Math.floor(value / scale + 0.5) + zero;
    code = code < 0 ? 0 : code > top ? top : code;
    const error = value - scale * (code - zero);
    cost += costs[first + i]! * error * error;
  }
  return cost;
}
