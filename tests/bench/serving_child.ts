/**
 * One measurement for serving_bench.ts, in a process of its own; its last line is JSON.
 *
 *   deno run -A tests/bench/serving_child.ts batching|stack|prefix|chunked|budget|offload ROUNDS
 */
import {
  budgetCurve,
  type BudgetPoint,
  chunkedPrefill,
  compose,
  continuousBatching,
  defaultModel,
  dense,
  drive,
  type Driven,
  type Engine,
  kvOffload,
  oneAtATime,
  onnxEngine,
  p99,
  plain,
  pointOf,
  prefillFirst,
  prefixCache,
  ratioOf,
  type Request,
  type Session,
  type Stack,
  staticBatch,
  systemClock,
  take,
  type Technique,
  techniques,
  tokensFor,
  toRequest,
  type Transcript,
  transformersJs,
  wikiTextWorkload,
  type Workload,
} from "../../mod.ts";
import {
  longAmongShort,
  longCalibration,
  mixedLengths,
  offlineChat,
  SEQUENCES,
} from "./serving_workloads.ts";

export type Ratio = ReturnType<typeof ratioOf>;

/** Tokens a second of each batcher over one at a time, and answers that are not those of one at a time. */
export interface Batched {
  readonly tokensPerSecond: Readonly<Record<string, number>>;
  /** Of continuous batching over each other arm. */
  readonly over: Readonly<Record<string, Ratio>>;
  readonly answers: number;
  readonly differing: number;
  /** The largest margin at which an answer parted; 0 where none did. */
  readonly margin: number;
}

/** Tokens a second of 32-bit floats one at a time, of passing techniques, and of what they come to together. */
export interface Stacked {
  readonly tokensPerSecond: Readonly<Record<string, number>>;
  /** Of each arm over ours one at a time, and over transformers.js. */
  readonly overAlone: Readonly<Record<string, Ratio>>;
  readonly overPeer: Readonly<Record<string, Ratio>>;
}

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
const engine = onnxEngine({ backend: "native" });
const base: Stack = { model: await defaultModel(), cache: dense(), decoder: plain, scheduler: oneAtATime };
const stackOf = async (...techniques: Technique[]) => (await compose(base, techniques)).at(-1)!;
const openWith = async (...techniques: Technique[]) => await engine.open(await stackOf(...techniques));
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Blocks of a workload in all sessions, each round with prompts of its own and in an order of its own. */
async function inTurns(sessions: Readonly<Record<string, Session>>, workload: Workload, rounds: number) {
  const { requests, seed } = workload;
  const prompts = await take(workload.prompts, rounds * requests + 1, seed);
  const ask = async (session: Session, round: number): Promise<Driven> => {
    const own = prompts.slice(round * requests, (round + 1) * requests)
      .map((prompt) => toRequest(session, prompt, tokensFor(workload, prompt)));
    return await drive(session, own, workload.arrival, systemClock);
  };
  const names = Object.keys(sessions);
  for (const session of Object.values(sessions)) await ask(session, rounds);
  const found: Record<string, Driven[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const i of names.keys()) {
      const name = names[(i + round) % names.length]!;
      console.error(`${workload.name}, round ${round + 1} of ${rounds}: ${name}`);
      found[name]!.push(await ask(sessions[name]!, round));
    }
  }
  return found;
}

const rateOf = ({ block: { timings, duration } }: Driven) =>
  timings.reduce((sum, { tokens }) => sum + tokens.length, 0) / duration * 1000;
const ratio = (above: readonly number[], below: readonly number[]) =>
  ratioOf(above.map((value, i) => Math.log(value / below[i]!)), 1);

async function batching(rounds: number): Promise<Batched> {
  const peer: Engine = transformersJs();
  await using alone = await openWith();
  await using theirs = await peer.open(base);
  await using gathered = await openWith(staticBatch({ sequences: SEQUENCES }));
  await using continuous = await openWith(continuousBatching({ sequences: SEQUENCES, rows: 512 }));
  const found = await inTurns(
    {
      one_at_a_time: alone,
      transformers_js: theirs,
      static_batch: gathered,
      continuous_batching: continuous,
    },
    mixedLengths,
    rounds,
  );
  const rates = Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all.map(rateOf)]));
  const own = rates.continuous_batching!;
  const parted: { readonly answer: Transcript; readonly at: number }[] = [];
  let answers = 0;
  for (const [round, { transcripts }] of found.one_at_a_time!.entries()) {
    for (const [id, answer] of transcripts) {
      for (const name of ["static_batch", "continuous_batching"]) {
        answers++;
        const other = found[name]![round]!.transcripts.get(id)!;
        const at = answer.tokens.findIndex((token, i) => other.tokens[i] !== token);
        if (at >= 0) parted.push({ answer, at });
      }
    }
  }
  return {
    tokensPerSecond: Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, mean(all)])),
    over: Object.fromEntries(
      Object.entries(rates).filter(([name]) => name !== "continuous_batching")
        .map(([name, all]) => [name, ratio(own, all)]),
    ),
    answers,
    differing: parted.length,
    margin: Math.max(0, ...parted.map(({ answer, at }) => answer.margins[at]!)),
  };
}

/** The stacks whose quality quantizer_bench.ts found within the margin, and their members alone. */
async function stacked(rounds: number): Promise<Stacked> {
  const batched = continuousBatching({ sequences: offlineChat.requests, rows: 512 });
  const { int8, smoothquant } = techniques;
  await using alone = await openWith();
  await using theirs = await transformersJs().open(base);
  await using eight = await openWith(int8);
  await using smooth = await openWith(smoothquant);
  await using continuous = await openWith(batched);
  await using both = await openWith(int8, batched);
  await using smoothBatched = await openWith(smoothquant, batched);
  const arms = {
    one_at_a_time: alone,
    transformers_js: theirs,
    int8: eight,
    smoothquant: smooth,
    continuous_batching: continuous,
    int8_and_continuous_batching: both,
    smoothquant_and_continuous_batching: smoothBatched,
  };
  const found = await inTurns(arms, offlineChat, rounds);
  const rates = Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all.map(rateOf)]));
  const over = (below: keyof typeof arms) =>
    Object.fromEntries(
      Object.entries(rates).filter(([name]) => name !== below)
        .map(([name, all]) => [name, ratio(all, rates[below]!)]),
    );
  return {
    tokensPerSecond: Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, mean(all)])),
    overAlone: over("one_at_a_time"),
    overPeer: over("transformers_js"),
  };
}

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
