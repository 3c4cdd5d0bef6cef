/**
 * From timed blocks to figures. A ratio is the geometric mean over pairs of neighbouring blocks, with a 95 % interval
 * of Student's t on the logarithms; from eight pairs on, a seeded bootstrap over pairs, widened for their small number
 * (Hesterberg, What Teachers Should Know About the Bootstrap, 2015, section 5.3). No gain is claimed inside the noise
 * that the baseline shows against itself.
 */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { uniform } from "../engine/mod.ts";
import type { Objective } from "../datasets/mod.ts";
import { objectiveOutcome } from "./objective.ts";
import type { ArmSpeed, Block, Interval, Percentiles, Timing, WorkloadSpeed } from "./outcome.ts";

const LEVEL = 0.95;
const REPLICATES = 2000;
const BOOTSTRAP_PAIRS = 8;
/** Standard normal quantile at 0.975. */
const Z975 = 1.959963984540054;

/** A quantile by nearest rank, of values in ascending order. */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;

/** Percentiles by nearest rank; p95 needs 20 values and p99 needs 100. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => quantile(sorted, q);
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

/** Both arms' figures and the ratio of candidate over base; no gain is claimed where the objective broke. */
export function workloadSpeed(
  workload: string,
  blocks: readonly Block[],
  given: {
    readonly noise: number;
    readonly bytes: { readonly base: number; readonly candidate: number };
    readonly seed: number;
    readonly objective?: Objective | undefined;
  },
): WorkloadSpeed {
  const of = (arm: Block["arm"]) => blocks.filter((block) => block.arm === arm);
  const base = armSpeed(of("base"), given.bytes.base);
  const candidate = armSpeed(of("candidate"), given.bytes.candidate);
  const ratio = ratioOf(pairedLogs(blocks), given.seed);
  const { low, high } = ratio.interval;
  const objective = given.objective && objectiveOutcome(given.objective, base, candidate);
  // In its own row the baseline is the measure of noise, and claims nothing.
  const known = Number.isFinite(given.noise);
  const noise = known ? given.noise : halfWidth(ratio.interval);
  const claim = !known
    ? "no difference"
    : low > 1 + noise && objective?.kind !== "broke"
    ? "faster"
    : high < 1 - noise
    ? "slower"
    : "no difference";
  return { workload, base, candidate, ratio, noise, claim, ...(objective ? { objective } : {}), blocks };
}

/** Logarithms of the candidate's tokens/s over the base's, pair by pair in the order they ran. */
export function pairedLogs(blocks: readonly Block[]): readonly number[] {
  const rates = (arm: Block["arm"]) =>
    blocks.filter((block) => block.arm === arm).map(({ timings, duration }) =>
      timings.reduce((sum, { tokens }) => sum + tokens.length, 0) / duration
    );
  const base = rates("base");
  return rates("candidate").map((rate, i) => Math.log(rate / base[i]!));
}

/** How far a ratio may be from 1. */
export const halfWidth = ({ low, high }: Interval): number => Math.max(high - 1, 1 - low);

/** The candidate over the peer, from both ratios to the baseline. */
export function overPeer(
  { ratio }: WorkloadSpeed,
  peer: WorkloadSpeed["ratio"],
): Required<Pick<WorkloadSpeed, "overPeer" | "overPeerInterval">> {
  const { estimate, interval } = quotient(ratio, peer);
  return { overPeer: estimate, overPeerInterval: interval };
}

/** One ratio over another that was measured apart from it: their half-widths add in squares on the logarithms. */
export function quotient(own: WorkloadSpeed["ratio"], other: WorkloadSpeed["ratio"]): WorkloadSpeed["ratio"] {
  const below = (one: WorkloadSpeed["ratio"]) => Math.log(one.estimate / one.interval.low);
  const above = (one: WorkloadSpeed["ratio"]) => Math.log(one.interval.high / one.estimate);
  const estimate = own.estimate / other.estimate;
  return {
    estimate,
    interval: {
      low: estimate * Math.exp(-Math.hypot(below(own), above(other))),
      high: estimate * Math.exp(Math.hypot(above(own), below(other))),
      level: own.interval.level,
    },
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
