/**
 * Whether draws follow their law. Each draw is put through the distribution function that it should have come from
 * (Rosenblatt, 1952); the results are then uniform on [0, 1), whatever the laws were. The G-test over equal bins (Sokal
 * and Rohlf, 1995) asks whether they are, and their mean, the first component of Neyman's smooth test (1937), which sees
 * a bent of all draws one way sooner; the smaller of both probabilities counts twice.
 */
import chiSquareCdf from "@stdlib/stats-base-dists-chisquare-cdf";
import type { Check } from "./outcome.ts";

/** The probability, under the law, below which draws are said not to follow it. */
export const LAW_LEVEL = 0.001;
/** Draws expected in each bin at least, and bins at most. */
const PER_BIN = 10;
const BINS = 20;

/** Both tests as a check's figures: `candidate` is the p value, `loss` the total variation from the uniform law. */
export function lawTest(
  draws: readonly number[],
): Pick<Check, "base" | "candidate" | "loss" | "interval" | "allowed" | "decision" | "note"> {
  const bins = Math.min(BINS, Math.floor(draws.length / PER_BIN));
  const found = { base: 1, allowed: LAW_LEVEL };
  if (bins < 2) {
    const note = `${draws.length} draws are too few for a test`;
    return {
      ...found,
      candidate: 1,
      loss: 0,
      interval: { low: 0, high: 1, level: 1 },
      decision: "unsure",
      note,
    };
  }
  const counts = new Array<number>(bins).fill(0);
  for (const u of draws) counts[Math.min(bins - 1, Math.floor(u * bins))]!++;
  const expected = draws.length / bins;
  const g = counts.reduce(
    (sum, count) => sum + (count === 0 ? 0 : 2 * count * Math.log(count / expected)),
    0,
  );
  const variation = counts.reduce((sum, count) => sum + Math.abs(count - expected), 0) / 2 / draws.length;
  const mean = draws.reduce((sum, u) => sum + u, 0) / draws.length;
  const smooth = 12 * draws.length * (mean - 0.5) ** 2;
  const p = Math.min(1, 2 * (1 - Math.max(chiSquareCdf(g, bins - 1), chiSquareCdf(smooth, 1))));
  return {
    ...found,
    candidate: p,
    loss: variation,
    interval: { low: p, high: p, level: 1 },
    decision: p >= LAW_LEVEL ? "pass" : "fail",
  };
}
