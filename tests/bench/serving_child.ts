/**
 * One measurement for serving_bench.ts, in a process of its own; its last line is JSON.
 *
 *   deno run -A tests/bench/serving_child.ts batching|stack|prefix|chunked|budget|offload ROUNDS
 */
import {
  budgetCurve,
  type BudgetPoint,
  chunkedPrefill,
  drive,
  type Driven,
  kvOffload,
  p99,
  pointOf,
  prefillFirst,
  prefixCache,
  type Request,
  type Session,
  systemClock,
  take,
  wikiTextWorkload,
} from "../../mod.ts";
import { inTurns, mean, openWith, rateOf, type Ratio, ratio, stackOf } from "./serving_arms.ts";
import { batching, stacked } from "./serving_throughput.ts";
import { longAmongShort, longCalibration } from "./serving_workloads.ts";

/** Time to the first token without the prefix cache over that with it; unique prompts: the time of all likewise. */
export interface Prefixed {
  readonly hit: Ratio;
  readonly unique: Ratio;
  readonly milliseconds: { readonly dense: number; readonly hit: number };
}

export interface Chunked {
  readonly rows: number;
  /** Of prefill_first over chunked_prefill: p99 of the times between tokens. */
  readonly itl: Ratio;
  /** Of chunked_prefill over prefill_first. */
  readonly tokensPerSecond: Ratio;
  readonly points: Readonly<Record<string, BudgetPoint>>;
}

/** A returning conversation: recomputed over restored. */
export interface Offloaded {
  readonly ttft: Ratio;
  readonly milliseconds: { readonly recomputed: number; readonly restored: number };
  /** Of each return; the system's own page cache may have had them. */
  readonly bytesRead: number;
}

export const BUDGETS = [16, 32, 64, 128, 256, 512, 1024];
/** Token ids of articles end to end, cut into texts that share nothing. */
async function textsOf(session: Session, length: number, count: number): Promise<readonly number[][]> {
  const articles = await take(wikiTextWorkload, wikiTextWorkload.size, 24);
  const ids = articles.flatMap(({ text }) => session.tokenizer.encode(text));
  return Array.from({ length: count }, (_, i) => ids.slice(i * length, (i + 1) * length));
}

/** Milliseconds to the first token, and the answer. */
async function first(session: Session, id: string, prompt: readonly number[], maxTokens = 2) {
  const request: Request = { id, prompt, maxTokens, stop: [] };
  const { block: { timings, duration }, transcripts } = await drive(
    session,
    [request],
    { kind: "single" },
    systemClock,
  );
  return { ttft: timings[0]!.tokens[0]!, duration, tokens: transcripts.get(id)!.tokens };
}

const [SHARED, TAIL, ANSWER] = [1000, 50, 32];

async function prefix(rounds: number): Promise<Prefixed> {
  await using plainly = await openWith();
  await using cached = await openWith(prefixCache(16384));
  const texts = await textsOf(plainly, SHARED + TAIL, 2 * rounds + 2);
  const shared = texts[0]!.slice(0, SHARED);
  for (const session of [plainly, cached]) await first(session, "warm", texts[0]!);
  const [cold, hits, theirs, own]: number[][] = [[], [], [], []];
  for (let round = 0; round < rounds; round++) {
    const tailed = [...shared, ...texts[2 + 2 * round]!.slice(0, TAIL)];
    const unique = texts[3 + 2 * round]!;
    for (const session of round % 2 === 0 ? [plainly, cached] : [cached, plainly]) {
      (session === plainly ? cold! : hits!).push((await first(session, `hit ${round}`, tailed)).ttft);
      (session === plainly ? theirs! : own!).push(
        (await first(session, `unique ${round}`, unique, ANSWER)).duration,
      );
    }
  }
  return {
    hit: ratio(cold!, hits!),
    unique: ratio(theirs!, own!),
    milliseconds: { dense: mean(cold!), hit: mean(hits!) },
  };
}

async function chunked(rounds: number): Promise<Chunked> {
  const { params: { rows } } = (await stackOf(chunkedPrefill())).scheduler;
  await using stalling = await openWith(prefillFirst());
  await using short = await openWith(chunkedPrefill());
  const found = await inTurns({ prefill_first: stalling, chunked_prefill: short }, longAmongShort, rounds);
  const [theirs, own] = [found.prefill_first!, found.chunked_prefill!];
  const itl = ({ block }: Driven) => p99(pointOf(0, [block]).itl);
  return {
    rows: Number(rows),
    itl: ratio(theirs.map(itl), own.map(itl)),
    tokensPerSecond: ratio(own.map(rateOf), theirs.map(rateOf)),
    points: Object.fromEntries(
      Object.entries(found).map((
        [name, all],
      ) => [name, pointOf(Number(rows), all.map(({ block }) => block))]),
    ),
  };
}

async function budget(rounds: number): Promise<readonly BudgetPoint[]> {
  return await budgetCurve({
    open: (rows) => openWith(chunkedPrefill(rows)),
    workload: longCalibration,
    budgets: BUDGETS,
    rounds,
  });
}

const [CONVERSATION, MEMORY, FILE] = [1500, 2048, 16384];

async function offload(rounds: number): Promise<Offloaded> {
  await using recomputing = await openWith(prefixCache(MEMORY));
  await using restoring = await openWith(kvOffload({ tokens: MEMORY, fileTokens: FILE }));
  const texts = await textsOf(recomputing, CONVERSATION, 3 * rounds + 1);
  const [recomputed, restored]: number[][] = [[], []];
  const bytesRead = async () => (await restoring.stats()).counters.kvBytesRestored!;
  for (let round = 0; round < rounds; round++) {
    const [conversation, ...others] = texts.slice(3 * round, 3 * round + 3) as [number[], number[], number[]];
    for (const session of round % 2 === 0 ? [recomputing, restoring] : [restoring, recomputing]) {
      const { tokens } = await first(session, `begins ${round}`, conversation);
      for (const [i, other] of others.entries()) await first(session, `other ${round} ${i}`, other);
      const back = [...conversation, ...tokens, ...texts.at(-1)!.slice(0, TAIL)];
      const { ttft } = await first(session, `returns ${round}`, back);
      (session === recomputing ? recomputed! : restored!).push(ttft);
    }
  }
  return {
    ttft: ratio(recomputed!, restored!),
    milliseconds: { recomputed: mean(recomputed!), restored: mean(restored!) },
    bytesRead: await bytesRead() / rounds,
  };
}

export const MODES = { batching, stack: stacked, prefix, chunked, budget, offload } as const;
export type Mode = keyof typeof MODES;

if (import.meta.main) {
  const [mode, rounds] = Deno.args as [Mode, string];
  console.log(JSON.stringify(await MODES[mode](Number(rounds))));
}
