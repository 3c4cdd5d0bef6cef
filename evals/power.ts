/**
 * How many samples a check takes: the least at which it decides in 80 % of draws, worked out from the rule that judges it
 * (evals/tango.ts, evals/interval.ts) and not from the textbook's z test, which promises too much where flips are few
 * or losses are skewed. Flips without clusters are counted out; the bound of amounts is expected to lie where the first
 * terms of its expansion put it (Hall, The Bootstrap and Edgeworth Expansion, 1992, chapter 3).
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
/** Standard normal quantiles at `POWER`; at 0.81 for a normal approximation; at 0.84 for the first terms of an expansion. */
const Z80 = 0.8416212335729143;
const Z81 = 0.8778962950512288;
const Z84 = 0.9944578832097531;
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
  /** True loss; none where absent. */
  readonly loss?: number;
  /** Of the clusters' losses, 0 where absent as for the normal law: skewness, and kurtosis beyond the normal's 3. */
  readonly skewness?: number;
  readonly kurtosis?: number;
}

/** The probability of a pass over `n` samples without clusters, counted out. */
export function powerOfFlips(n: number, { allowed, discordance, loss = 0 }: FlipPlan): number {
  const worse = discordance === 0 ? 0 : (1 + loss / discordance) / 2;
  const spread = 6 * (Math.sqrt(n * discordance) + 1);
  const first = Math.max(0, Math.floor(n * discordance - spread));
  const last = Math.min(n, Math.ceil(n * discordance + spread));
  const passes = (up: number, k: number) => score({ n, up, down: k - up }, allowed, CONTINUITY) < -Z95;
  let power = 0;
  // Most of k flips that may be losses: one more flip allows one more at most.
  let most = -1;
  for (let k = first; k <= last; k++) {
    while (most < k && passes(most + 1, k)) most++;
    while (most >= 0 && !passes(most, k)) most--;
    power += binomial(n, k, discordance) * binomialUpTo(k, most, worse);
  }
  return power;
}

/** The probability of at most `most` of `of`, summed downwards from there. */
function binomialUpTo(of: number, most: number, p: number): number {
  if (most < 0 || most >= of || p <= 0 || p >= 1) return Number(most >= of || (most >= 0 && p <= 0));
  let term = binomial(of, most, p);
  let sum = 0;
  for (let k = most; k >= 0 && term > 1e-15 * sum; k--) {
    sum += term;
    term *= k / (of - k + 1) * (1 - p) / p;
  }
  return sum;
}

function binomial(of: number, k: number, p: number): number {
  if (p <= 0 || p >= 1) return Number(k === (p <= 0 ? 0 : of));
  const logs = logFactorials(of);
  return Math.exp(logs[of]! - logs[k]! - logs[of - k]! + k * Math.log(p) + (of - k) * Math.log1p(-p));
}

let factorials = new Float64Array(2);

function logFactorials(n: number): Float64Array {
  if (factorials.length > n) return factorials;
  factorials = new Float64Array(2 * n + 2);
  for (let i = 2; i < factorials.length; i++) factorials[i] = factorials[i - 1]! + Math.log(i);
  return factorials;
}

/** Samples at which flips decide. */
export function flipsNeeded(plan: FlipPlan): number {
  const { allowed, discordance, loss = 0, size = 1, effect = 1 } = plan;
  const deciding = (z80: number) => (n: number) => {
    const k = n * discordance;
    const luck = z80 * Math.sqrt(Math.max(0, discordance - loss ** 2) * n * effect);
    const sum = Math.min(k, n * loss + luck);
    const found = Math.max(1, (k * effect + size ** 2) / (k + size));
    const counts = { n: n / found, up: (k + sum) / 2 / found, down: (k - sum) / 2 / found };
    const z = size === 1 ? Z95 : tQuantile(0.95, Math.max(2, n / size) - 1);
    return score(counts, allowed, CONTINUITY) < -z;
  };
  const from = allowed > 0 ? fewest(allowed) : 2;
  const rough = least(deciding(Z81), from);
  if (size > 1 || rough * discordance > COUNTED) return rough;
  let n = least(deciding(Z80), from);
  while (n < MOST && powerOfFlips(n, plan) < POWER) n += Math.ceil(n / 200);
  return n;
}

/** Clusters at which amounts decide. */
export function clustersNeeded(
  { allowed, deviation, loss = 0, skewness: found = 0, kurtosis = 0 }: AmountPlan,
): number {
  // Skewness the other way would help: not counted on.
  const skewness = Math.max(0, found);
  const distance = (allowed - loss) / deviation;
  const decides = (n: number) => {
    const most = unseen(n, skewness, kurtosis);
    const bent = (skewness + most ** 3 / n) * (2 * Z95 ** 2 + 1) / (6 * Math.sqrt(n));
    const bound = Math.sqrt(1 + most ** 2 / n) * Math.min(CANTELLI, tQuantile(0.95, n) + bent);
    // The bound moves with the mean and with the spread that is found, and these move together where losses are skewed.
    const varies = 1 + bound * skewness / Math.sqrt(n) + bound ** 2 * (kurtosis + 2) / (4 * n);
    return most / (n + 1) + (bound + Z84 * Math.sqrt(varies)) / Math.sqrt(n) < distance;
  };
  return least(decides, FEWEST_CLUSTERS);
}

/** One value beyond the largest of `n`, expected, in standard deviations: none of n lies further out than the root of n. */
function unseen(n: number, skewness: number, kurtosis: number): number {
  const [first, second] = [1, 2].map((rank) => ordered(n, rank, skewness, kurtosis));
  return Math.min(Math.sqrt(n), Math.max(0, 2 * first! - second!));
}

/** The largest (1) of `n` values or the next: Blom's normal score (1958) by Hastings' quantile, bent after Cornish and Fisher. */
function ordered(n: number, rank: number, skewness: number, kurtosis: number): number {
  const t = Math.sqrt(-2 * Math.log((rank - 0.375) / (n + 0.25)));
  const z = t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t);
  return z + skewness * (z ** 2 - 1) / 6 + kurtosis * (z ** 3 - 3 * z) / 24 -
    skewness ** 2 * (2 * z ** 3 - 5 * z) / 36;
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
  return {
    deviation: spread * clusters / total(weights),
    skewness: power(3) / spread ** 3,
    kurtosis: power(4) / spread ** 4 - 3,
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
