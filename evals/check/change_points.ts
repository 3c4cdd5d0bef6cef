/**
 * Change points of a series of runs: E-divisive means (Matteson and James, A nonparametric approach for multiple
 * change point analysis of multivariate data, 2014), by which MongoDB hunts regressions (Daly et al., The use of change
 * point detection to identify software performance regressions in a continuous integration system, 2020). A series is
 * cut where the energy distance of its two sides is largest, if no more than one in twenty of its shufflings is cut as
 * widely, and each side is then looked at in turn. Shufflings ask for no law of the values but that their order told
 * nothing, and an evening of its own far off moves a distance less than it moves a mean. A series that never changes is
 * so cut in at most one of twenty cases.
 */
import { uniform } from "../../engine/mod.ts";

/**
 * Runs in a series before any change can be shown: of seven, the half that is slower is the earlier or the later one in
 * more than one of twenty orders by chance, 2 of 35; of eight in 2 of 70.
 */
export const FEWEST_RUNS = 8;

/** With the order that was seen, 400: one in twenty of them is 20. */
const SHUFFLINGS = 399;
const MOST_AS_WIDE = 20;
const SEED = 1;

/** For each change the index of the first value after it, in order; none in fewer than eight values. */
export function changePoints(values: readonly number[]): readonly number[] {
  if (values.length < FEWEST_RUNS) return [];
  const { at, width } = widestCut(values);
  if (byChance(values, width)) return [];
  const after = changePoints(values.slice(at)).map((index) => at + index);
  return [...changePoints(values.slice(0, at)), at, ...after];
}

/** The values between changes, each part the runs of one level. */
export function levels<T>(values: readonly T[], changes: readonly number[]): readonly (readonly T[])[] {
  const ends = [...changes, values.length];
  return ends.map((end, i) => values.slice(ends[i - 1] ?? 0, end));
}

/** The cut at which the two sides lie furthest apart, each of two values or more. */
function widestCut(values: readonly number[]): { readonly at: number; readonly width: number } {
  const n = values.length;
  const apart = (i: number, j: number) => Math.abs(values[i]! - values[j]!);
  let [left, across, right] = [0, 0, 0];
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) right += apart(i, j);
  let [at, width] = [0, -Infinity];
  for (let moved = 0; moved < n - 2; moved++) {
    let [toLeft, toRight] = [0, 0];
    for (let i = 0; i < moved; i++) toLeft += apart(i, moved);
    for (let j = moved + 1; j < n; j++) toRight += apart(moved, j);
    left += toLeft;
    across += toRight - toLeft;
    right -= toRight;
    const [a, b] = [moved + 1, n - moved - 1];
    if (a < 2) continue;
    const distance = 2 * across / (a * b) - 2 * left / (a * (a - 1)) - 2 * right / (b * (b - 1));
    const found = a * b / n * distance;
    if (found > width) [at, width] = [a, found];
  }
  return { at, width };
}

/** Whether too many orders of the same values are cut as widely. */
function byChance(values: readonly number[], width: number): boolean {
  const order = [...values];
  let asWide = 1;
  for (let shuffling = 0; shuffling < SHUFFLINGS; shuffling++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(uniform(SEED, shuffling * order.length + i) * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    // The same values in another order add up to the same but for rounding.
    if (widestCut(order).width >= width * (1 - 1e-9) && ++asWide > MOST_AS_WIDE) return true;
  }
  return false;
}
