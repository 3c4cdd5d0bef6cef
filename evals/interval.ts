/**
 * Intervals of a paired difference, one rule each: for yes-or-no scores with one sample a cluster, Tango's score
 * interval (Statistics in Medicine 17, 1998), which keeps its coverage with few or no flips; for everything else the
 * ratio estimator with cluster-robust linearised variance and Student's t over clusters (Cochran, 1977). Both are
 * closed forms: the same samples give the same interval on every machine.
 */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { Interval } from "./outcome.ts";

/** One pair: `difference` averages over `weight` units. */
export interface Difference {
  readonly cluster: string;
  readonly difference: number;
  readonly weight: number;
}

export interface Estimate {
  readonly mean: number;
  readonly interval: Interval;
  /** Standard error of the mean. */
  readonly error: number;
  readonly clusters: number;
}

/** Standard normal quantile at 0.95: the bound of a one-sided test at 5 %. */
export const Z95 = 1.6448536269514722;
/** Two-sided coverage whose bounds are one-sided 5 % bounds. */
const LEVEL = 0.9;

/** The weighted mean difference and its interval. */
export function estimate(differences: readonly Difference[]): Estimate {
  const weight = differences.reduce((sum, d) => sum + d.weight, 0);
  const mean = differences.reduce((sum, d) => sum + d.weight * d.difference, 0) / weight;
  const residuals = new Map<string, number>();
  for (const { cluster, difference, weight: w } of differences) {
    residuals.set(cluster, (residuals.get(cluster) ?? 0) + w * (difference - mean));
  }
  const clusters = residuals.size;
  const squares = [...residuals.values()].reduce((sum, r) => sum + r * r, 0);
  const error = clusters < 2 ? Infinity : Math.sqrt(clusters / (clusters - 1) * squares) / weight;
  if (clusters === differences.length && differences.every(isFlip)) {
    return { mean, interval: tango(differences), error, clusters };
  }
  const reach = clusters < 2 ? Infinity : tQuantile((1 + LEVEL) / 2, clusters - 1) * error;
  return { mean, interval: { low: mean - reach, high: mean + reach, level: LEVEL }, error, clusters };
}

function isFlip({ difference, weight }: Difference): boolean {
  return weight === 1 && (difference === 0 || difference === 1 || difference === -1);
}

/** Tango's interval of (up - down) / n for `up` differences of +1 and `down` of -1. */
function tango(differences: readonly Difference[]): Interval {
  const n = differences.length;
  const up = differences.filter((d) => d.difference > 0).length;
  const down = differences.filter((d) => d.difference < 0).length;
  const score = (delta: number) => {
    const b = -up - down + (2 * n - up + down) * delta;
    const c = -down * delta * (1 - delta);
    const q = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
    const variance = n * (2 * q + delta * (1 - delta));
    const numerator = up - down - n * delta;
    return variance > 0
      ? numerator / Math.sqrt(variance)
      : numerator === 0
      ? 0
      : Math.sign(numerator) * Infinity;
  };
  const mean = (up - down) / n;
  // The score falls as delta grows: each bound is where it crosses the quantile.
  const solve = (from: number, to: number, target: number) => {
    let [low, high] = [from, to];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (score(middle) > target) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { low: solve(-1, mean, Z95), high: solve(mean, 1, -Z95), level: LEVEL };
}
