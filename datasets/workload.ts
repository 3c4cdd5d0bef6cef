/** A workload: the requests that a race times, and how they arrive. */
import type { Dataset, Prompt } from "./dataset.ts";
import type { Trace } from "./trace.ts";

/**
 * How requests arrive. "single": one at a time, the next when the last has ended. "closed": `clients` of them, each
 * sending its next request when its last has ended. "offline": all at once. The others are open: requests come at times
 * of their own, whatever has ended by then, and a latency counts from the time at which a request was to arrive, so that
 * none is left out because the one before it was slow (coordinated omission; Tene, How NOT to Measure Latency, 2013).
 * "poisson": at random. "gamma": in bursts, the gaps between arrivals drawn from a gamma law with the coefficient of
 * variation `cv`: 1 is "poisson", and people's own requests have more (Wang et al., BurstGPT, 2024; vLLM's burstiness is
 * 1/cv²). "replayed": as they came once. Requests of one conversation arrive as one: each that follows another is sent
 * when that one has ended.
 */
export type Arrival =
  | { readonly kind: "single" }
  | { readonly kind: "closed"; readonly clients: number }
  | { readonly kind: "offline" }
  | { readonly kind: "poisson"; readonly perSecond: number; readonly seed: number }
  | { readonly kind: "gamma"; readonly perSecond: number; readonly cv: number; readonly seed: number }
  | { readonly kind: "replayed" } & Trace;

/** Arrivals that await nobody's answer. */
export type OpenArrival = Extract<Arrival, { readonly kind: "poisson" | "gamma" | "replayed" }>;

/** A latency that users may not lose, whatever the throughput: the percentile of a figure over a race's requests. */
export interface Objective {
  /** Time to the first token, or between a request's tokens on average. */
  readonly figure: "ttft" | "tpot";
  readonly percentile: "p95" | "p99";
  /** The largest that holds: a multiple of the baseline's own in the same race, or a time. */
  readonly most: { readonly timesBaseline: number } | { readonly milliseconds: number };
}

export interface Workload {
  readonly name: string;
  readonly summary: string;
  readonly prompts: Dataset<Prompt>;
  readonly arrival: Arrival;
  /** Requests in one timed block. */
  readonly requests: number;
  /** Tokens generated per request, exactly, so that arms cannot differ in length; the most, see `tokensFor`. */
  readonly maxTokens: number;
  readonly seed: number;
  /** No gain is claimed where this breaks. */
  readonly objective?: Objective;
  /** Says that its prompts repeat themselves, from which copying gains more than from other texts. */
  readonly repeats?: boolean;
}

/** Tokens generated for a prompt: as many as its answer had once, where that is known, up to the workload's own limit. */
export function tokensFor({ maxTokens }: Workload, { answerTokens = maxTokens }: Prompt): number {
  // The time between tokens needs two.
  return Math.min(maxTokens, Math.max(2, answerTokens));
}
