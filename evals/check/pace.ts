/**
 * Whether the head is slower than the base, from the logarithms of the ratios of paired blocks. Two true ratios are told
 * apart, 1 and one margin less, by the interval that the bench judges amounts with while samples still come in
 * (sequential.ts): it holds at every look, so that a race may stop at the first that decides. A difference under half
 * the margin is never called one, however sharply it was measured: two processes of the same code differ by some
 * (Mytkowicz et al., Producing wrong data without doing anything obviously wrong, 2009).
 */
import { estimateSoFar } from "../sequential.ts";
import type { Interval } from "../outcome.ts";

/** How often any row of a check may be called regressed where none is, or improved: a run in forty, each way. */
export const ERROR = 1 / 40;

export interface Pace {
  readonly kind: "regressed" | "improved" | "same" | "unsure";
  /** Tokens/s of head over base. */
  readonly ratio: { readonly estimate: number; readonly interval: Interval };
  /** Of blocks beside each other; of a head that is held against recordings, its runs. */
  readonly pairs: number;
  /** Where unsure: how many pairs would decide if the estimate and its spread hold. */
  readonly needed?: number;
  /** Of a head that is held against recordings. */
  readonly beside?: Beside;
}

export interface Beside {
  /** How many runs the head is held against. */
  readonly runs: number;
  /** The runner's noise floor, 0.04 for 4 %. */
  readonly floor: number;
  /** Why it is unsure where its interval decides: it lies within that noise, or the baseline moved the other way. */
  readonly open?: "noise" | "baseline";
}

/** Pairs beyond which nobody waits. */
const MOST_NEEDED = 1e6;

/** `margin`: the slowdown that matters, 0.05 for 5 %; `tail`: the error that this comparison may have on either side. */
export function paceOf(logs: readonly number[], margin: number, tail: number): Pace {
  const pairs = logs.length;
  if (pairs < 2) return unknown(pairs, tail);
  const differences = settled(logs).map((difference, i) => ({ cluster: `${i}`, difference, weight: 1 }));
  const { mean, interval } = estimateSoFar(differences, "amounts", 1, tail);
  const { low, high, level } = interval;
  const slower = Math.log1p(-margin);
  const kind = kindOf(mean, low, high, margin);
  const ratio = {
    estimate: Math.exp(mean),
    interval: { low: Math.exp(low), high: Math.min(1e9, Math.exp(high)), level },
  };
  if (kind !== "unsure") return { kind, ratio, pairs };
  const reach = (high - low) / 2;
  const distance = Math.max(-mean, mean - slower, -slower / 2);
  const needed = Math.ceil(pairs * (reach / distance) ** 2);
  return { kind, ratio, pairs, ...(needed < MOST_NEEDED ? { needed: Math.max(pairs + 1, needed) } : {}) };
}

/** What the mean of logarithms and its bounds come to. */
export function kindOf(mean: number, low: number, high: number, margin: number): Pace["kind"] {
  const slower = Math.log1p(-margin);
  if (high < 0 && mean <= slower / 2) return "regressed";
  if (low > 0 && mean >= -slower / 2) return "improved";
  return low > slower ? "same" : "unsure";
}

const unknown = (pairs: number, tail: number): Pace => ({
  kind: "unsure",
  ratio: { estimate: 1, interval: { low: 0, high: 1e9, level: 1 - 2 * tail } },
  pairs,
});

/** Deviations of the middle half beyond which a pair tells that something else ran meanwhile, and no more. */
const FAR = 3;

/**
 * The logarithms, each no further from their median than three deviations as the median distance tells them (Huber,
 * Robust estimation of a location parameter, 1964). Where base and head are the same, what disturbs a block disturbs
 * either alike, so that nothing is moved to a side.
 */
export function settled(logs: readonly number[]): readonly number[] {
  const middle = median(logs);
  const reach = FAR * 1.4826 * median(logs.map((log) => Math.abs(log - middle)));
  return reach === 0 ? logs : logs.map((log) => Math.min(middle + reach, Math.max(middle - reach, log)));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
