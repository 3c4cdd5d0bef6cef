/**
 * From timed blocks to figures. A ratio is the geometric mean over pairs of neighbouring blocks, with a 95 % interval
 * of Student's t on the logarithms; from eight pairs on, a seeded bootstrap over pairs, widened for their small number
 * (Hesterberg, What Teachers Should Know About the Bootstrap, 2015, section 5.3). No gain is claimed inside the noise
 * that the baseline shows against itself.
 */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { uniform } from "../engine/mod.ts";
import type { Workload } from "../datasets/mod.ts";
import type { ArmSpeed, Block, Interval, Percentiles, Timing, WorkloadSpeed } from "./outcome.ts";

const LEVEL = 0.95;
const REPLICATES = 2000;
const BOOTSTRAP_PAIRS = 8;
/** Standard normal quantile at 0.975. */
const Z975 = 1.959963984540054;

/** Percentiles by nearest rank; p95 needs 20 values and p99 needs 100. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
  const n = sorted.length;
  return { n, p50: at(0.5), ...(n >= 20 ? { p95: at(0.95) } : {}), ...(n >= 100 ? { p99: at(0.99) } : {}) };
}

/** One arm's figures over all its blocks. */
export function armSpeed(blocks: readonly Block[], addedBytes: number): ArmSpeed {
  const timings = blocks.flatMap((block) => block.timings);
  const tokens = timings.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const first = ({ sent, tokens }: Timing) => tokens[0]! - sent;
  const perToken = ({ tokens }: Timing) => (tokens.at(-1)! - tokens[0]!) / Math.max(1, tokens.length - 1);
  return {
    tokensPerSecond: tokens / blocks.reduce((sum, { duration }) => sum + duration, 0) * 1000,
    ttft: percentiles(timings.map(first)),
    tpot: percentiles(timings.filter(({ tokens }) => tokens.length > 1).map(perToken)),
    e2e: percentiles(timings.map(({ sent, tokens }) => tokens.at(-1)! - sent)),
    addedBytes,
  };
}

/** Both arms' figures and the ratio of candidate over base. */
export function workloadSpeed(
  workload: string,
  blocks: readonly Block[],
  given: {
    readonly noise: number;
    readonly bytes: { readonly base: number; readonly candidate: number };
    readonly seed: number;
  },
): WorkloadSpeed {
  const of = (arm: Block["arm"]) => blocks.filter((block) => block.arm === arm);
  const rate = ({ timings, duration }: Block) =>
    timings.reduce((sum, { tokens }) => sum + tokens.length, 0) / duration;
  const [base, candidate] = [of("base"), of("candidate")];
  const ratio = ratioOf(candidate.map((block, i) => Math.log(rate(block) / rate(base[i]!))), given.seed);
  const { low, high } = ratio.interval;
  // In its own row the baseline is the measure of noise, and claims nothing.
  const own = Math.max(high - 1, 1 - low);
  const noise = Number.isFinite(given.noise) ? given.noise : own;
  const claim = low > 1 + noise ? "faster" : high < 1 - noise ? "slower" : "no difference";
  return {
    workload,
    base: armSpeed(base, given.bytes.base),
    candidate: armSpeed(candidate, given.bytes.candidate),
    ratio,
    noise,
    claim: Number.isFinite(given.noise) ? claim : "no difference",
    blocks,
  };
}

/** The geometric mean of ratios given as logarithms, and its interval. */
export function ratioOf(
  logs: readonly number[],
  seed: number,
): { readonly estimate: number; readonly interval: Interval } {
  const n = logs.length;
  const mean = logs.reduce((sum, v) => sum + v, 0) / n;
  if (n < BOOTSTRAP_PAIRS) {
    const error = Math.sqrt(logs.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1) / n);
    const reach = n < 2 ? Infinity : tQuantile((1 + LEVEL) / 2, n - 1) * error;
    return {
      estimate: Math.exp(mean),
      interval: { low: Math.exp(mean - reach), high: Math.exp(mean + reach), level: LEVEL },
    };
  }
  const means = Array.from({ length: REPLICATES }, (_, replicate) => {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += logs[Math.floor(uniform(seed, replicate * n + draw) * n)]!;
    return sum / n;
  }).sort((a, b) => a - b);
  const widen = tQuantile((1 + LEVEL) / 2, n - 1) / Z975 * Math.sqrt(n / (n - 1));
  const at = (q: number) => Math.exp(mean + widen * (means[Math.round(q * (REPLICATES - 1))]! - mean));
  return {
    estimate: Math.exp(mean),
    interval: { low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2), level: LEVEL },
  };
}

/** Why the blocks of a race cannot be trusted, in words; empty where they can. */
export function audit(blocks: readonly Block[], { name, requests, maxTokens }: Workload): readonly string[] {
  const reasons: string[] = [];
  for (const { arm, timings, duration } of blocks) {
    const say = (what: string) => reasons.push(`${name}, ${arm}: ${what}`);
    if (!(duration > 0)) say("it took no time");
    if (timings.length !== requests) say(`${timings.length} of ${requests} requests were answered`);
    for (const { id, sent, tokens } of timings) {
      if (tokens.length !== maxTokens) {
        say(`request ${id} has ${tokens.length} tokens where ${maxTokens} were asked`);
      }
      if (tokens.some((at, i) => !(at >= (i === 0 ? sent : tokens[i - 1]!)))) {
        say(`request ${id} has tokens before their time`);
      }
      if (tokens.some((at) => at > duration + 1)) say(`request ${id} ends after its block`);
    }
  }
  return reasons;
}
