/**
 * Judging while samples still come in: bounds that hold at every look at once, so that a run may stop at the first one
 * that decides. Flips: the capital of a bet against each true loss, a mixture over fixed stakes (Waudby-Smith and Ramdas,
 * Estimating means of bounded random variables by betting, 2024); by Ville's inequality it reaches 20 for the true one
 * in at most 5 % of runs. Amounts: the asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
 * Time-uniform central limit theory, 2024) from its first look on, over the clusters seen and one beyond them
 * (evals/interval.ts), widened for skewness as Johnson's t is (1978). Both ways are one-sided at 5 %.
 */
import {
  type Clusters,
  type Difference,
  type Estimate,
  gather,
  type Kind,
  LEVEL,
  moments,
  TAIL,
  withUnseen,
} from "./interval.ts";
import type { Interval } from "./outcome.ts";

export interface SoFar {
  readonly decision: "pass" | "fail" | "undecided";
  readonly interval: Interval;
}

/** Clusters of amounts seen before the first look: what is asymptotic needs some. */
export const FIRST_LOOK = 40;
/** Clusters at which the sequence of amounts is tightest. */
const TIGHTEST = 50;
/** Stakes of the bets, as shares of all that could be lost at once. */
const STAKES = Array.from({ length: 13 }, (_, i) => 2 ** (-i / 2));
const STEPS = 45;

/**
 * The decision over the samples so far. The samples of each look are those of the one before and more, whole clusters in
 * an order that was drawn beforehand. `largest`: samples in the largest cluster of the whole draw, if not seen yet.
 */
export function decideSoFar(
  differences: readonly Difference[],
  kind: Kind,
  allowed: number,
  largest = 1,
): SoFar {
  const { interval } = estimateSoFar(differences, kind, largest);
  const decision = interval.high < allowed ? "pass" : interval.low > allowed ? "fail" : "undecided";
  return { decision, interval };
}

/** The mean so far and its interval, which holds at every look; `tail`: the error of either bound of amounts. */
export function estimateSoFar(
  differences: readonly Difference[],
  kind: Kind,
  largest = 1,
  tail = TAIL,
): Estimate {
  const clusters = gather(differences);
  const upper = (side: 1 | -1) =>
    kind === "flips" ? boundByBets(clusters, side, largest) : bound(clusters, side, tail);
  const level = tail === TAIL ? LEVEL : 1 - 2 * tail;
  return { ...moments(clusters), interval: { low: -upper(-1), high: upper(1), level } };
}

/** Upper bound of the mean of `side` times flips: the least mean against which the bets have won. */
function boundByBets({ sums, weights }: Clusters, side: 1 | -1, largest: number): number {
  const most = weights.reduce((a, b) => Math.max(a, b), largest);
  const alike = new Map<number, { readonly sum: number; readonly size: number; count: number }>();
  sums.forEach((s, i) => {
    const [sum, size] = [side * s, weights[i]!];
    const key = size * (2 * most + 1) + sum;
    const known = alike.get(key);
    if (known) known.count++;
    else alike.set(key, { sum, size, count: 1 });
  });
  const groups = [...alike.values()];
  const wins = (mean: number) => {
    const capital = STAKES.map((stake) =>
      groups.reduce(
        (log, { sum, size, count }) =>
          log + count * Math.log1p(Math.max(-1, stake * (mean * size - sum) / (most * (1 - mean)))),
        0,
      )
    );
    return capital.reduce((total, log) => total + Math.exp(log), 0) / STAKES.length >= 1 / TAIL;
  };
  let [low, high] = [-1, 1];
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (wins(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Upper bound of the mean of `side` times amounts. */
function bound(clusters: Clusters, side: 1 | -1, tail: number): number {
  const n = clusters.sums.length + 1;
  if (n <= FIRST_LOOK) return Infinity;
  const all = withUnseen(clusters, side);
  const { mean, error } = moments(all);
  if (error === 0) return side * mean;
  const residuals = all.sums.map((s, i) => side * (s - mean * all.weights[i]!));
  const power = (k: number) => residuals.reduce((sum, r) => sum + r ** k, 0) / n;
  const skewness = Math.max(0, power(3) / power(2) ** 1.5);
  const z = boundary(n, tail);
  return side * mean + error * (z + skewness * (2 * z ** 2 + 1) / (6 * Math.sqrt(n)));
}

/** How many standard errors the one-sided sequence reaches at `n`: the normal mixture, tightest about `TIGHTEST`. */
function boundary(n: number, tail: number): number {
  const mixture = (-2 * Math.log(tail) + Math.log(1 - 2 * Math.log(tail))) / TIGHTEST;
  const v = n * mixture + 1;
  return Math.sqrt(2 * v / (n * mixture) * Math.log1p(Math.sqrt(v) / (2 * tail)));
}
