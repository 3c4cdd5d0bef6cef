/**
 * One measurement for decoder_bench.ts, in a process of its own; its last line is JSON.
 *
 *   deno run -A tests/bench/decoder_child.ts race PRECISION STREAMS DRAFTER WORKLOAD
 *   deno run -A tests/bench/decoder_child.ts peer PRECISION STREAMS
 *   deno run -A tests/bench/decoder_child.ts cost PRECISION
 *   deno run -A tests/bench/decoder_child.ts trained PRECISION DRAFTER
 */
import {
  beforeRepeat,
  chatSingle,
  compose,
  continuousBatching,
  copiedShare,
  defaultModel,
  dense,
  type Emission,
  oneAtATime,
  onnxEngine,
  percentiles,
  plain,
  ratioOf,
  type Request,
  type Session,
  type Stack,
  take,
  toRequest,
  transformersJs,
  type Workload,
} from "../../mod.ts";
import { DRAFTERS, PAIRS, PRECISIONS, ROWS, TOKENS, WORKLOADS } from "./decoder_configs.ts";
import { type Proposed, timed } from "./timed_decoder.ts";
import { wrongGuesses } from "./wrong_guesses.ts";

export type Ratio = ReturnType<typeof ratioOf>;

/** One drafter on one workload. All but `copied` counts tokens before an answer's first repeated 16-gram. */
export interface Raced {
  /** Of the baseline's answers, in runs of eight tokens. */
  readonly copied: number;
  /** Tokens that counted, of those that were written. */
  readonly counted: number;
  readonly written: number;
  /** Answers that came out otherwise, and the baseline's largest margin where one did. */
  readonly differing: number;
  readonly margin: number;
  /** How far rounding moved a margin where both told the same tokens, at most. */
  readonly drift: number;
  readonly offered: number;
  readonly accepted: number;
  /** Steps of a sequence by how many guesses they verified. */
  readonly steps: Readonly<Record<string, number>>;
  /** Time between tokens, plain over drafted, and in milliseconds. */
  readonly speedup: Ratio;
  readonly plainTpot: number;
  readonly ownTpot: number;
  /** Of proposing, all guesses of the session. */
  readonly proposed: Proposed;
}

/** Time between tokens of transformers.js over ours. */
export interface Peered {
  readonly ratio: Ratio;
  readonly plainTpot: number;
  readonly peerTpot: number;
}

/** What a step of so many rows of one sequence takes, over one row. */
export interface Cost {
  readonly rows: number;
  readonly milliseconds: number;
  readonly ratio: Ratio;
}

/** What training told of a drafter: then no training is done here. */
export interface TrainedTold {
  readonly lines: readonly string[];
  /** Accepted guesses a step on answers held out, by how many a tree has. */
  readonly accepted: readonly (readonly [guesses: number, accepted: number])[];
}

const engine = onnxEngine({ backend: "native" });

async function stackOf(precision: string, streams: number): Promise<Stack> {
  const base = { model: await defaultModel(), cache: dense(), decoder: plain, scheduler: oneAtATime };
  const batched = streams > 1 ? [continuousBatching()] : [];
  return (await compose(base, [...PRECISIONS[precision]!.quantizers, ...batched])).at(-1)!;
}

interface Told {
  readonly tokens: readonly number[];
  readonly margins: readonly number[];
  /** When each token became known, and which step of its sequence told it. */
  readonly at: readonly number[];
  readonly step: readonly number[];
  /** Guesses that each step verified, and those that were right. */
  readonly offered: readonly number[];
  readonly right: readonly number[];
}

async function answers(session: Session, requests: readonly Request[]): Promise<ReadonlyMap<string, Told>> {
  const all = new Map<string, Emission[]>();
  for await (const one of session.generate(requests)) all.set(one.id, [...all.get(one.id) ?? [], one]);
  return new Map([...all].map(([id, steps]) => [id, {
    tokens: steps.flatMap(({ tokens }) => tokens),
    margins: steps.flatMap(({ margins }) => margins),
    at: steps.flatMap(({ at, tokens }) => tokens.map(() => at)),
    step: steps.flatMap(({ tokens }, i) => tokens.map(() => i)),
    offered: steps.map(({ offered = 0 }) => offered),
    right: steps.map(({ tokens }) => tokens.length - 1),
  }]));
}

/** Time between the first `count` tokens. */
const tpotOf = ({ at }: Told, count: number) => (at[count - 1]! - at[0]!) / (count - 1);
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

/** Requests of each pair in turn, and of one more that both are asked first. */
async function asks(workload: Workload, streams: number) {
  const needed = streams * (PAIRS + 1);
  const prompts = await take(workload.prompts, Math.min(needed, workload.prompts.size), workload.seed);
  return (session: Session, pair: number) =>
    Array.from({ length: streams }, (_, i): Request => ({
      ...toRequest(session, prompts[(pair * streams + i) % prompts.length]!, TOKENS),
      id: `${pair}-${i}`,
    }));
}

async function race(precision: string, streams: string, drafter: string, name: string): Promise<Raced> {
  const base = await stackOf(precision, Number(streams));
  const own = (await compose(base, [DRAFTERS[drafter]!])).at(-1)!;
  const path = await Deno.makeTempFile();
  await using plainly = await engine.open(base);
  await using drafting = await engine.open(timed(own, path));
  const requestsOf = await asks(WORKLOADS[name]!, Number(streams));
  for (const session of [plainly, drafting]) await answers(session, requestsOf(session, PAIRS));
  const before: Proposed = JSON.parse(await Deno.readTextFile(path));
  const [logs, plainTpots, ownTpots, copied]: [number[], number[], number[], number[]] = [[], [], [], []];
  const total = { counted: 0, written: 0, differing: 0, margin: 0, drift: 0, offered: 0, accepted: 0 };
  const steps: Record<string, number> = {};
  for (let pair = 0; pair < PAIRS; pair++) {
    const told = new Map<Session, ReadonlyMap<string, Told>>();
    for (const session of pair % 2 === 0 ? [plainly, drafting] : [drafting, plainly]) {
      told.set(session, await answers(session, requestsOf(session, pair)));
    }
    const [theirs, ours]: [number[], number[]] = [[], []];
    for (const { id, prompt } of requestsOf(plainly, pair)) {
      const [one, other] = [told.get(plainly)!.get(id)!, told.get(drafting)!.get(id)!];
      copied.push(copiedShare(prompt, one.tokens));
      total.written += one.tokens.length;
      const parted = one.tokens.findIndex((token, i) => other.tokens[i] !== token);
      if (parted >= 0 || one.tokens.length !== other.tokens.length) {
        total.differing++;
        total.margin = Math.max(total.margin, one.margins[parted] ?? Infinity);
      }
      const same = parted < 0 ? one.tokens.length : parted;
      const moved = one.margins.slice(0, same).map((margin, i) => Math.abs(margin - other.margins[i]!));
      total.drift = Math.max(total.drift, ...moved);
      const count = Math.min(same, beforeRepeat(one.tokens));
      if (count < 2) continue;
      total.counted += count;
      theirs.push(tpotOf(one, count));
      ours.push(tpotOf(other, count));
      // The first step reads the prompt, and one that passes the last token that counts does not count.
      const last = other.step[count] ?? other.offered.length;
      for (let step = 1; step < last; step++) {
        const offered = other.offered[step]!;
        steps[offered] = (steps[offered] ?? 0) + 1;
        total.offered += offered;
        total.accepted += other.right[step]!;
      }
    }
    if (theirs.length === 0) continue;
    plainTpots.push(mean(theirs));
    ownTpots.push(mean(ours));
    logs.push(Math.log(mean(theirs) / mean(ours)));
  }
  const { milliseconds, guesses }: Proposed = JSON.parse(await Deno.readTextFile(path));
  await Deno.remove(path);
  return {
    copied: mean(copied),
    ...total,
    steps,
    speedup: ratioOf(logs, 1),
    plainTpot: mean(plainTpots),
    ownTpot: mean(ownTpots),
    proposed: { milliseconds: milliseconds - before.milliseconds, guesses: guesses - before.guesses },
  };
}

async function peer(precision: string, streams: string): Promise<Peered> {
  const stack = await stackOf(precision, Number(streams));
  await using theirs = await transformersJs().open(stack);
  await using ours = await engine.open(stack);
  const requestsOf = await asks(chatSingle, Number(streams));
  const block = async (session: Session, pair: number) =>
    mean([...(await answers(session, requestsOf(session, pair))).values()].map((one) => tpotOf(one, TOKENS)));
  for (const session of [theirs, ours]) await block(session, PAIRS);
  const [peers, own]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const session of pair % 2 === 0 ? [theirs, ours] : [ours, theirs]) {
      (session === ours ? own : peers).push(await block(session, pair));
    }
  }
  const ratio = ratioOf(own.map((value, i) => Math.log(peers[i]! / value)), 1);
  return { ratio, plainTpot: mean(own), peerTpot: mean(peers) };
}

async function cost(precision: string): Promise<readonly Cost[]> {
  const stack = await stackOf(precision, 1);
  await using session = await engine.open({ ...stack, decoder: wrongGuesses({ token: 1 }) });
  const [prompt] = await take(chatSingle.prompts, 1, chatSingle.seed);
  const times = new Map<number, number[]>(ROWS.map((rows) => [rows, []]));
  // Each answer's last steps have no room for all guesses.
  const steps = 12;
  for (let round = -1; round < PAIRS; round++) {
    for (const rows of round % 2 === 0 ? ROWS : ROWS.toReversed()) {
      const request = {
        ...toRequest(session, prompt!, steps + rows),
        id: `${round}-${rows}`,
        tenant: `${rows}`,
      };
      const { at, offered } = [...(await answers(session, [request])).values()][0]!;
      if (offered.slice(1, steps).some((one) => one !== rows - 1)) {
        throw new RangeError(`Cannot time steps of ${rows} rows as they must be so many: found ${offered}`);
      }
      if (round < 0) continue;
      const each = at.slice(1, steps).map((value, i) => value - at[i]!);
      times.get(rows)!.push(percentiles(each).p50);
    }
  }
  return ROWS.map((rows) => ({
    rows,
    milliseconds: mean(times.get(rows)!),
    ratio: ratioOf(times.get(rows)!.map((value, i) => Math.log(value / times.get(1)![i]!)), 1),
  }));
}

async function trained(precision: string, drafter: string): Promise<TrainedTold> {
  const { model } = await stackOf(precision, 1);
  const lines = await DRAFTERS[drafter]!.train!({ engine, model, progress() {} });
  const told = lines.find((line) => line.startsWith("trained:"))!.matchAll(/([\d.]+) of (\d+)/g);
  return {
    lines,
    accepted: [...told].map(([, accepted, guesses]) => [Number(guesses), Number(accepted)] as const),
  };
}

if (import.meta.main) {
  const [mode, ...rest] = Deno.args as [string, string, string, string, string];
  const measures = { race, peer, cost, trained } as const;
  const measure = measures[mode as keyof typeof measures] as (...args: string[]) => Promise<unknown>;
  console.log(JSON.stringify(await measure(...rest)));
}
