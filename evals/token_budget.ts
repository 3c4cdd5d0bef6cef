/**
 * The token budget of a step by workload. A small one makes steps short and prompts slow; a large one lets a prompt hold
 * up everybody's next token (Agrawal et al., Sarathi-Serve, OSDI 2024). Where the trade lies depends on the machine, the
 * model and the mix of prompts, so it is measured: all budgets in turns over the same prompts, each round with new ones,
 * and the largest is taken whose latency holds. The whole curve is told, the budgets that break it included.
 */
import { type Clock, type Milliseconds, type Session, systemClock } from "../engine/mod.ts";
import { take, tokensFor, type Workload } from "../datasets/mod.ts";
import { drive } from "./load.ts";
import type { Block, Percentiles } from "./outcome.ts";
import { toRequest } from "./quality/token_match.ts";
import { percentiles } from "./speed.ts";

/** What the 99th percentile may be at most: of the times between a request's tokens, and to its first. */
export interface LatencyObjective {
  readonly itl?: Milliseconds;
  readonly ttft?: Milliseconds;
}

/** Percentiles with the largest value: of fewer than 100 values that is the 99th percentile. */
export type Latencies = Percentiles & { readonly most: Milliseconds };

/** One budget on one workload. */
export interface BudgetPoint {
  readonly rows: number;
  readonly tokensPerSecond: number;
  /** Over every token but the first of each request. */
  readonly itl: Latencies;
  readonly ttft: Latencies;
}

/** What is measured: `open` gives a session whose steps have so many rows at most. */
export interface Budgets {
  readonly open: (rows: number) => Promise<Session>;
  readonly workload: Workload;
  readonly budgets: readonly number[];
  readonly rounds: number;
  readonly clock?: Clock;
}

/** The curve, in the order of the budgets; in each session a request of its own comes first and does not count. */
export async function budgetCurve(
  { open, workload, budgets, rounds, clock = systemClock }: Budgets,
): Promise<readonly BudgetPoint[]> {
  const prompts = await take(workload.prompts, rounds * workload.requests + 1, workload.seed);
  const blocks = new Map<number, Pick<Block, "timings" | "duration">[]>(budgets.map((rows) => [rows, []]));
  for (let round = 0; round < rounds; round++) {
    for (const rows of round % 2 === 0 ? budgets : budgets.toReversed()) {
      await using session = await open(rows);
      const requests = [...prompts.slice(round * workload.requests, (round + 1) * workload.requests)]
        .map((prompt) => toRequest(session, prompt, tokensFor(workload, prompt)));
      await drive(session, [toRequest(session, prompts.at(-1)!, 2)], { kind: "single" }, clock);
      blocks.get(rows)!.push((await drive(session, requests, workload.arrival, clock)).block);
    }
  }
  return budgets.map((rows) => pointOf(rows, blocks.get(rows)!));
}

/** The figures of one budget over all its blocks. */
export function pointOf(rows: number, blocks: readonly Pick<Block, "timings" | "duration">[]): BudgetPoint {
  const timings = blocks.flatMap((block) => block.timings);
  const tokens = timings.reduce((sum, one) => sum + one.tokens.length, 0);
  const gaps = timings.flatMap((one) => one.tokens.slice(1).map((at, i) => at - one.tokens[i]!));
  return {
    rows,
    tokensPerSecond: tokens / blocks.reduce((sum, { duration }) => sum + duration, 0) * 1000,
    itl: latencies(gaps),
    ttft: latencies(timings.map(({ sent, tokens }) => tokens[0]! - sent)),
  };
}

/** The largest budget that keeps to the objective; nothing where none does. */
export function largestWithin(
  points: readonly BudgetPoint[],
  { itl = Infinity, ttft = Infinity }: LatencyObjective,
): BudgetPoint | undefined {
  return points.filter((point) => p99(point.itl) <= itl && p99(point.ttft) <= ttft)
    .toSorted((a, b) => b.rows - a.rows)[0];
}

/** The 99th percentile by nearest rank, however few values there are. */
export function p99({ p99, most }: Latencies): Milliseconds {
  return p99 ?? most;
}

function latencies(values: readonly Milliseconds[]): Latencies {
  return { ...percentiles(values), most: values.reduce((most, value) => Math.max(most, value), 0) };
}
