/**
 * Intervals of a paired difference, by the kind of the data alone. Flips (yes-or-no scores): Tango's score interval with
 * the design effect of clusters. Amounts (nats, shares): the ratio estimator over clusters (Cochran, 1977) with a
 * studentized bootstrap, and on each side one cluster more, beyond the most extreme that was seen: the mean of skewed
 * losses hangs on clusters that a sample has yet to meet, and without it a loss at the margin passes too often
 * (tests/bench/gate.md). No bound reaches further than Cantelli's inequality asks of any law.
 */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { REPLICATES, studentized } from "./bootstrap.ts";
import type { Interval, PairedSample } from "./outcome.ts";
import { designEffect, tango, Z95 } from "./tango.ts";

/** One pair: `difference` averages over `weight` units. */
export interface Difference {
  readonly cluster: string;
  readonly difference: number;
  readonly weight: number;
}

/** Sums of each cluster, in the order in which clusters first appear. */
export interface Clusters {
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

export interface Moments {
  readonly mean: number;
  /** Standard error of the mean, robust to clusters. */
  readonly error: number;
  readonly clusters: number;
}

export interface Estimate extends Moments {
  readonly interval: Interval;
}

/** Differences of yes-or-no scores: -1, 0 or 1, each of weight 1; or of anything else. */
export type Kind = "flips" | "amounts";

/** Two-sided coverage whose bounds are one-sided 5 % bounds. */
export const LEVEL = 0.9;
/** Error of each bound. */
export const TAIL = (1 - LEVEL) / 2;
/** Standard errors within which a mean lies in 95 % of samples on one side, whatever the law. */
export const CANTELLI = Math.sqrt(1 / TAIL - 1);
/** A pass on amounts takes as many clusters: fewer cannot show how skewed they are. */
export const FEWEST_CLUSTERS = 20;
/** Of the bootstrap: any number, the same for ever. */
const SEED = 1;

/** The sums of each cluster. */
export function gather(differences: readonly Difference[]): Clusters {
  const places = new Map<string, number>();
  const at = differences.map(({ cluster }) => {
    const place = places.get(cluster) ?? places.size;
    places.set(cluster, place);
    return place;
  });
  const [sums, weights] = [new Float64Array(places.size), new Float64Array(places.size)];
  differences.forEach(({ difference, weight }, i) => {
    sums[at[i]!]! += weight * difference;
    weights[at[i]!]! += weight;
  });
  return { sums, weights };
}

/** The weighted mean over clusters and its linearised standard error. */
export function moments({ sums, weights }: Clusters): Moments {
  const clusters = sums.length;
  const weight = total(weights);
  const mean = total(sums) / weight;
  const squares = sums.reduce((sum, s, i) => sum + (s - mean * weights[i]!) ** 2, 0);
  const error = clusters < 2 ? Infinity : Math.sqrt(clusters / (clusters - 1) * squares) / weight;
  return { mean, error, clusters };
}

/** The weighted mean difference and its interval. */
export function estimate(
  differences: readonly Difference[],
  kind: Kind,
  replicates: number = REPLICATES,
): Estimate {
  const clusters = gather(differences);
  const found = moments(clusters);
  const [low, high] = found.clusters < 2
    ? [-Infinity, Infinity]
    : kind === "flips"
    ? boundsOfFlips(differences, clusters)
    : boundsOfAmounts(clusters, found, replicates);
  return { ...found, interval: { low, high, level: LEVEL } };
}

/** Flips where every score is yes or no and counts once. */
export function kindOf(samples: readonly PairedSample[]): Kind {
  const yesOrNo = (score: number) => score === 0 || score === 1;
  return samples.every((s) => s.weight === 1 && yesOrNo(s.base) && yesOrNo(s.candidate))
    ? "flips"
    : "amounts";
}

function boundsOfFlips(
  differences: readonly Difference[],
  { sums, weights }: Clusters,
): readonly [number, number] {
  const n = differences.length;
  const up = differences.filter(({ difference }) => difference > 0).length;
  const down = differences.filter(({ difference }) => difference < 0).length;
  const clusters = sums.length;
  if (clusters === n) return tango({ n, up, down });
  const mean = (up - down) / n;
  const squares = sums.reduce((sum, s, i) => sum + (s - mean * weights[i]!) ** 2, 0);
  const size = weights.reduce((sum, w) => sum + w * w, 0) / n;
  const effect = designEffect({ n, up, down }, clusters, squares, size);
  const z = Math.max(Z95, tQuantile(1 - TAIL, clusters - 1));
  return tango({ n: n / effect, up: up / effect, down: down / effect }, z);
}

function boundsOfAmounts(
  clusters: Clusters,
  { mean, error }: Moments,
  replicates: number,
): readonly [number, number] {
  if (error === 0) return [mean, mean];
  const bound = (side: -1 | 1) => {
    const more = withUnseen(clusters, side);
    const { mean: center, error: reach } = moments(more);
    const [low, high] = studentized(
      more.sums.map((s, i) => s - center * more.weights[i]!),
      more.weights,
      TAIL,
      SEED,
      replicates,
    );
    return center + side * Math.min(CANTELLI, side * -(side > 0 ? low : high)) * reach;
  };
  return [bound(-1), bound(1)];
}

/** The clusters, and one beyond the furthest up (1) or down (-1), as far as that one is beyond the next. */
export function withUnseen({ sums, weights }: Clusters, side: 1 | -1): Clusters {
  const mean = total(sums) / total(weights);
  const reach = sums.map((s, i) => side * (s - mean * weights[i]!));
  let [first, second] = reach[1]! > reach[0]! ? [1, 0] : [0, 1];
  for (let i = 2; i < reach.length; i++) {
    if (reach[i]! > reach[first]!) [first, second] = [i, first];
    else if (reach[i]! > reach[second]!) second = i;
  }
  const beyond = sums[first]! + side * (reach[first]! - reach[second]!);
  return { sums: extended(sums, beyond), weights: extended(weights, weights[first]!) };
}

function extended(values: Float64Array, last: number): Float64Array {
  const longer = new Float64Array(values.length + 1);
  longer.set(values);
  longer[values.length] = last;
  return longer;
}

/** The sum, in order. */
export function total(values: Float64Array): number {
  return values.reduce((sum, v) => sum + v, 0);
}
