/**
 * How many samples a check takes: the least at which it decides in 80 % of draws, worked out from the rule that judges it
 * (evals/tango.ts, evals/interval.ts) and not from the textbook's z test, which promises too much where flips are few
 * or losses are skewed. Flips without clusters are counted out exactly; the skewness of amounts enters by the first
 * term of Hall's expansion (The Bootstrap and Edgeworth Expansion, 1992, section 3.3).
 */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import {
  CANTELLI,
  type Clusters,
  type Difference,
  FEWEST_CLUSTERS,
  gather,
  type Kind,
  moments,
  total,
} from "./interval.ts";
import { CONTINUITY, fewest, score, Z95 } from "./tango.ts";

export const POWER = 0.8;
/** Standard normal quantile at `POWER`. */
const Z80 = 0.8416212335729143;
/** Expected flips above which the counts are near enough to normal. */
const COUNTED = 200;
/** Nothing is planned beyond this many. */
const MOST = 1e9;

/** What yes-or-no scores are expected to do. `discordance`: the share that flips, either way. */
export interface FlipPlan {
  readonly allowed: number;
  readonly discordance: number;
  /** True loss; none where absent. */
  readonly loss?: number;
  /** Samples in a cluster, and how many times more of them clusters take; 1 where absent. */
  readonly size?: number;
  readonly effect?: number;
}

/** What amounts are expected to do, by cluster: standard deviation of the clusters' means, in the metric's unit. */
export interface AmountPlan {
  readonly allowed: number;
  readonly deviation: number;
  readonly loss?: number;
  readonly skewness?: number;
  /** The largest loss of a cluster, in standard deviations, expected among so many clusters; normal where absent. */
  readonly extreme?: (clusters: number) => number;
}

/** The probability of a pass over `n` samples without clusters, counted out. */
export function powerOfFlips(n: number, { allowed, discordance, loss = 0 }: FlipPlan): number {
  const logs = new Float64Array(n + 1);
  for (let i = 1; i <= n; i++) logs[i] = logs[i - 1]! + Math.log(i);
  const binomial = (of: number, k: number, p: number) =>
    p <= 0 ? Number(k === 0) : p >= 1 ? Number(k === of) : Math.exp(
      logs[of]! - logs[k]! - logs[of - k]! + k * Math.log(p) + (of - k) * Math.log1p(-p),
    );
  const spread = 8 * (Math.sqrt(n * discordance) + 1);
  const first = Math.max(0, Math.floor(n * discordance - spread));
  let power = 0;
  for (let k = first; k <= Math.min(n, n * discordance + spread); k++) {
    const share = binomial(n, k, discordance);
    const worse = discordance === 0 ? 0 : (1 + loss / discordance) / 2;
    for (let up = 0; up <= k && score({ n, up, down: k - up }, allowed, CONTINUITY) < -Z95; up++) {
      power += share * binomial(k, up, worse);
    }
  }
  return power;
}

/** Samples at which flips decide. */
export function flipsNeeded(plan: FlipPlan): number {
  const { allowed, discordance, loss = 0, size = 1, effect = 1 } = plan;
  const decides = (n: number) => {
    const k = n * discordance;
    const luck = Z80 * Math.sqrt(Math.max(0, discordance - loss ** 2) * n * effect);
    const sum = Math.min(k, n * loss + luck);
    const found = Math.max(1, (k * effect + size ** 2) / (k + size));
    const counts = { n: n / found, up: (k + sum) / 2 / found, down: (k - sum) / 2 / found };
    const z = size === 1 ? Z95 : tQuantile(0.95, Math.max(2, n / size) - 1);
    return score(counts, allowed, CONTINUITY) < -z;
  };
  let n = least(decides, allowed > 0 ? fewest(allowed) : 2);
  while (size === 1 && n * discordance < COUNTED && powerOfFlips(n, plan) < POWER) n += Math.ceil(n / 200);
  return n;
}

/** Clusters at which amounts decide. */
export function clustersNeeded(
  { allowed, deviation, loss = 0, skewness = 0, extreme = expectedExtreme }: AmountPlan,
): number {
  const distance = (allowed - loss) / deviation;
  const term = (z: number, skew: number, n: number) => skew * (2 * z * z + 1) / (6 * Math.sqrt(n));
  const decides = (n: number) => {
    const most = extreme(n);
    const wider = Math.sqrt(1 + most ** 2 / n);
    const bound = Math.min(CANTELLI, tQuantile(0.95, n) + term(Z95, skewness + most ** 3 / n, n));
    const luck = Z80 - term(Z80, skewness, n);
    return most / (n + 1) + (wider * bound + luck) / Math.sqrt(n) < distance;
  };
  return least(decides, FEWEST_CLUSTERS);
}

/** The largest of `n` standard normal values, expected (Blom, 1958), by Hastings' approximation of the quantile. */
function expectedExtreme(n: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - (n - 0.375) / (n + 0.25)));
  return t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t);
}

/** Samples that would decide if what these show holds, whichever way; `undefined` where none would. */
export function samplesNeeded(
  differences: readonly Difference[],
  kind: Kind,
  allowed: number,
): number | undefined {
  const clusters = gather(differences);
  const { mean } = moments(clusters);
  // To show a loss above the margin is to show, of the mirror image, one below it.
  const side = mean < allowed ? 1 : -1;
  const plan = { allowed: side * allowed, loss: side * mean };
  const needed = kind === "flips"
    ? flipsNeeded({ ...plan, ...flipping(differences, clusters) })
    : clustersNeeded({ ...plan, ...shape(clusters, side) }) * differences.length / clusters.sums.length;
  return needed < MOST ? Math.max(differences.length + 1, Math.ceil(needed)) : undefined;
}

function flipping(differences: readonly Difference[], { sums, weights }: Clusters) {
  const n = differences.length;
  const flipped = differences.filter(({ difference }) => difference !== 0).length;
  const mean = total(sums) / n;
  const size = weights.reduce((sum, w) => sum + w * w, 0) / n;
  const squares = sums.reduce((sum, s, i) => sum + (s - mean * weights[i]!) ** 2, 0);
  const independent = flipped - mean ** 2 * n;
  return {
    discordance: flipped / n,
    size,
    effect: independent > 0 ? Math.max(1, squares / independent) : size,
  };
}

function shape({ sums, weights }: Clusters, side: 1 | -1) {
  const clusters = sums.length;
  const mean = total(sums) / total(weights);
  const residuals = sums.map((s, i) => side * (s - mean * weights[i]!));
  const power = (k: number) => residuals.reduce((sum, r) => sum + r ** k, 0) / clusters;
  const spread = Math.sqrt(power(2));
  const most = residuals.reduce((a, b) => Math.max(a, b)) / spread;
  return {
    deviation: spread * clusters / total(weights),
    skewness: power(3) / spread ** 3,
    extreme: (n: number) => most * expectedExtreme(n) / expectedExtreme(clusters),
  };
}

/** The least number that decides, where more always do; `MOST` where none does. */
function least(decides: (n: number) => boolean, from: number): number {
  let [low, high] = [from - 1, from];
  while (high < MOST && !decides(high)) [low, high] = [high, 2 * high];
  if (high >= MOST) return MOST;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decides(middle)) high = middle;
    else low = middle;
  }
  return high;
}
