/**
 * The figures of a load: percentiles of latencies over the requests that were answered in full, and goodput, the rate of
 * those that kept an objective (Zhong et al., DistServe, OSDI 2024). Latencies count from when a request was to arrive.
 */
import type { Aftermath, Milliseconds } from "../engine/mod.ts";
import type { Block, Timing } from "./outcome.ts";
import { quantile } from "./speed.ts";

/** The largest that each latency of a request may be. */
export interface WithinReach {
  readonly ttft?: Milliseconds;
  readonly tpot?: Milliseconds;
}

/** p90 needs 10 values, and p99 needs 100. */
export interface LatencyFigures {
  readonly n: number;
  readonly p50?: Milliseconds;
  readonly p90?: Milliseconds;
  readonly p99?: Milliseconds;
}

/** One request, in milliseconds from the beginning of the load. */
export interface LoadedRequest {
  readonly id: string;
  readonly arrived: Milliseconds;
  /** When each event with tokens came. */
  readonly events: readonly Milliseconds[];
  /** Tokens of the answer, by the server's count where it tells one, else one an event. */
  readonly tokens: number;
  readonly promptTokens?: number;
  /** What was answered. */
  readonly text?: string;
  readonly error?: string;
}

export interface LoadReport {
  readonly startedAt: Milliseconds;
  readonly requests: readonly LoadedRequest[];
  readonly answered: number;
  /** Reasons for which others failed, and how often each did. */
  readonly failures: Readonly<Record<string, number>>;
  readonly duration: Milliseconds;
  readonly requestsPerSecond: number;
  /** Of answers, over the whole load. */
  readonly tokensPerSecond: number;
  /** To the first event with tokens. */
  readonly ttft: LatencyFigures;
  /** From the first token to the last, divided by the tokens after the first; one value a request. */
  readonly tpot: LatencyFigures;
  /** Between neighbouring events of a request, of however many tokens; all together. */
  readonly itl: LatencyFigures;
  /** To the last event. */
  readonly e2e: LatencyFigures;
  /** Absent without an objective. */
  readonly goodput?: {
    readonly objective: WithinReach;
    readonly share: number;
    readonly requestsPerSecond: number;
  };
}

/** The report of what was timed. */
export function loadReport(
  { startedAt, duration, timings }: Pick<Block, "startedAt" | "duration" | "timings">,
  aftermaths: ReadonlyMap<string, Aftermath>,
  objective?: WithinReach,
): LoadReport {
  const requests = timings.map((timing) => loaded(timing, aftermaths.get(timing.id) ?? {}));
  const answered = requests.filter(({ error, events }) => error === undefined && events.length > 0);
  const failures: Record<string, number> = {};
  for (const { error } of requests) if (error !== undefined) failures[error] = (failures[error] ?? 0) + 1;
  const tpots = answered.flatMap((one) => tpotOf(one) ?? []);
  const perSecond = (count: number) => duration > 0 ? count / duration * 1000 : 0;
  const good = objective && answered.filter((one) => keeps(one, objective)).length;
  return {
    startedAt,
    requests,
    answered: answered.length,
    failures,
    duration,
    requestsPerSecond: perSecond(answered.length),
    tokensPerSecond: perSecond(answered.reduce((sum, { tokens }) => sum + tokens, 0)),
    ttft: figures(answered.map(ttftOf)),
    tpot: figures(tpots),
    itl: figures(answered.flatMap(({ events }) => events.slice(1).map((at, i) => at - events[i]!))),
    e2e: figures(answered.map(({ arrived, events }) => events.at(-1)! - arrived)),
    ...(objective && good !== undefined
      ? {
        goodput: {
          objective,
          share: good / Math.max(1, requests.length),
          requestsPerSecond: perSecond(good),
        },
      }
      : {}),
  };
}

function loaded(
  { id, sent, tokens: at, finish }: Timing,
  { error, tokens, promptTokens, text }: Aftermath,
): LoadedRequest {
  const events = [...new Set(at)];
  const failed = error ??
    (finish === undefined ? "interrupted" : events.length === 0 ? "no token" : undefined);
  return {
    id,
    arrived: sent,
    events,
    tokens: tokens ?? at.length,
    ...(promptTokens === undefined ? {} : { promptTokens }),
    ...(text === undefined ? {} : { text }),
    ...(failed === undefined ? {} : { error: failed }),
  };
}

const ttftOf = ({ arrived, events }: LoadedRequest) => events[0]! - arrived;

const tpotOf = ({ events, tokens }: LoadedRequest) =>
  tokens > 1 ? (events.at(-1)! - events[0]!) / (tokens - 1) : undefined;

function keeps(one: LoadedRequest, { ttft = Infinity, tpot = Infinity }: WithinReach): boolean {
  return ttftOf(one) <= ttft && (tpotOf(one) ?? 0) <= tpot;
}

/** Percentiles by nearest rank, of so many values as each needs. */
export function figures(values: readonly number[]): LatencyFigures {
  const sorted = values.toSorted((a, b) => a - b);
  const [n, at] = [sorted.length, (q: number) => quantile(sorted, q)];
  return {
    n,
    ...(n > 0 ? { p50: at(0.5) } : {}),
    ...(n >= 10 ? { p90: at(0.9) } : {}),
    ...(n >= 100 ? { p99: at(0.99) } : {}),
  };
}
