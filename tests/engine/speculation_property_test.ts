/**
 * Speculative decoding against plain decoding, over many small random runs: guesses as chains and trees that are right
 * or wrong by chance, requests that join and leave, stops and limits anywhere, little memory, every scheduler.
 */
import { assert, assertEquals } from "@std/assert";
import {
  type Asking,
  chain,
  type DecoderLive,
  distribution,
  type Draft,
  drawGuess,
  type KvLive,
  type Law,
  ManualClock,
  NO_DRAFT,
  PagedCache,
  type Request,
  type SchedulerLive,
} from "../../engine/mod.ts";
import { open as plain } from "../../engine/decoder.ts";
import { ToyNetwork } from "../../engine/engines/toy.ts";
import { Loop } from "../../engine/loop.ts";
import { open as oneAtATime } from "../../engine/scheduler.ts";
import { open as continuousBatching } from "../../techniques/batchers/continuous_batching.ts";
import { open as prefixCache } from "../../techniques/caches/prefix_cache.ts";

const RUNS = 10_000;
const network = new ToyNetwork();
const { shape } = network;
const ROOMY = 4096;
const LONGEST = 24;

/** Numbers in [0, 1) and whole numbers below a bound, from a seed (Mulberry32). */
class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1);
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}

type Answers = Readonly<Record<string, readonly number[]>>;

interface Parts {
  readonly decoder: DecoderLive;
  readonly cache?: KvLive;
  readonly scheduler?: SchedulerLive;
  /** Steps before each request comes. */
  readonly joins?: readonly number[];
}

async function run(requests: readonly Request[], parts: Parts) {
  const { decoder, cache = new PagedCache(shape, ROOMY), scheduler = oneAtATime(), joins = [] } = parts;
  const loop = new Loop({ network, decoder, cache, scheduler, clock: new ManualClock() });
  const answers: Record<string, number[]> = {};
  const coming = requests.map((request, i) => ({ request, at: joins[i] ?? 0 }));
  for (let step = 0; coming.length > 0 || !loop.idle; step++) {
    while (coming.length > 0 && (coming[0]!.at <= step || loop.idle)) loop.submit(coming.shift()!.request);
    for (const { id, tokens } of await loop.step()) (answers[id] ??= []).push(...tokens);
  }
  cache.check();
  return { answers, counters: loop.counters };
}

function requestsOf(chance: Chance): Request[] {
  return Array.from({ length: 1 + chance.below(5) }, (_, i) => ({
    id: `r${i}`,
    prompt: Array.from(
      { length: 1 + chance.below(chance.below(4) === 0 ? 40 : 8) },
      () => 3 + chance.below(4),
    ),
    maxTokens: 1 + chance.below(LONGEST),
    stop: Array.from({ length: chance.below(4) }, () => 3 + chance.below(24)),
    ...(chance.below(3) > 0
      ? {}
      : { sampling: { temperature: 0.7, topK: 12, topP: 0.95, seed: chance.below(1000) } }),
    ...(chance.below(2) > 0 ? {} : { tenant: "other" }),
  }));
}

function partsOf(chance: Chance, requests: readonly Request[]): Omit<Parts, "decoder"> {
  const longest = Math.max(...requests.map(({ prompt, maxTokens }) => prompt.length + maxTokens));
  const tokens = longest + chance.below(chance.below(2) === 0 ? 16 : 160);
  const batching = { sequences: 1 + chance.below(5), rows: 4 + chance.below(60) };
  return {
    cache: chance.below(2) === 0 ? new PagedCache(shape, tokens) : prefixCache({ tokens }, { shape }),
    scheduler: chance.below(4) === 0 ? oneAtATime() : continuousBatching(batching),
    joins: requests.map(() => chance.below(8)).sort((a, b) => a - b),
  };
}

/** The cache holds the rows of a sequence's tokens but the last, and no others. */
function checkPast({ sequence: { tokens }, past }: Asking): void {
  const [k, v] = [new Float32Array(past.length * 2), new Float32Array(past.length * 2)];
  past.copy(0, 0, 0, past.length, k, 0, k.length);
  past.copy(0, 1, 0, past.length, v, 0, v.length);
  const rows = tokens.slice(0, -1);
  assertEquals(Array.from(k), rows.flatMap((token, position) => [token, position]));
  assertEquals(Array.from(v), rows.flatMap((token, position) => [token + 0.5, position + 0.5]));
}

/** Guesses that are right with some probability each, where those before them are. */
function guessing(chance: Chance, truth: Answers): DecoderLive {
  const [right, tree, gaps] = [chance.next(), chance.below(2) === 0, chance.below(4) / 8];
  const draft = ({ sequence: { request: { id }, tokens, prompted }, room }: Asking): Draft => {
    if (chance.next() < gaps) return NO_DRAFT;
    const following = truth[id]!.slice(tokens.length - prompted);
    const [guesses, parent, depths]: [number[], number[], number[]] = [[], [], []];
    const length = chance.below(Math.min(room, 12) + 1);
    for (let i = 0; i < length; i++) {
      const at = tree ? chance.below(i + 1) - 1 : i - 1;
      const depth = at < 0 ? 0 : depths[at]! + 1;
      parent.push(at);
      depths.push(depth);
      guesses.push((chance.next() < right ? following[depth] : undefined) ?? chance.below(shape.vocabulary));
    }
    return { tokens: guesses, parent };
  };
  return {
    propose: (asking) => {
      asking.forEach(checkPast);
      return asking.map(draft);
    },
  };
}

/** Guesses that are drawn from laws near the toy's, where a request samples. */
function drawing(chance: Chance): DecoderLive {
  const sureness = 2 * chance.next();
  const draft = ({ sequence: { request: { sampling }, tokens }, room }: Asking): Draft => {
    const [guesses, laws]: [number[], Law[]] = [[], []];
    const length = chance.below(Math.min(room, 6) + 1);
    for (let i = 0; i < length; i++) {
      const logits = Float32Array.from({ length: shape.vocabulary }, () => chance.next());
      const last = guesses.at(-1) ?? tokens.at(-1)!;
      logits[3 + (last * 7 + 1) % 23]! += sureness;
      const options = sampling ?? { temperature: 1, seed: 0 };
      const { token, law } = drawGuess(logits, options, tokens.length + i);
      guesses.push(token);
      laws.push(law);
    }
    return { ...chain(guesses), laws };
  };
  return {
    propose: (asking) => {
      asking.forEach(checkPast);
      return asking.map(draft);
    },
  };
}

/** Each token could have been drawn after those before it, and the answer ends where it must. */
async function checkPossible({ prompt, maxTokens, stop, sampling }: Request, answer: readonly number[]) {
  const stopped = answer.findIndex((token) => stop.includes(token));
  assertEquals(answer.length, stopped >= 0 ? stopped + 1 : maxTokens);
  const tokens = Int32Array.from([...prompt, ...answer]);
  const cache = new PagedCache(shape, ROOMY);
  const { logits } = await network.forward({
    tokens,
    positions: tokens.map((_, i) => i),
    sequence: new Int32Array(tokens.length),
    past: [cache.view(cache.start(prompt, "").seq)],
    want: Int32Array.from(answer, (_, i) => prompt.length - 1 + i),
  });
  answer.forEach((token, i) => {
    const row = logits.subarray(i * shape.vocabulary, (i + 1) * shape.vocabulary);
    assert(distribution(row, sampling!).ids.includes(token), `token ${i} could not be drawn`);
  });
}

/** Runs `check` for each seed; says which one failed, and gives the sum of what it counted. */
async function each(runs: number, check: (chance: Chance) => Promise<Readonly<Record<string, number>>>) {
  const sum: Record<string, number> = {};
  for (let seed = 1; seed <= runs; seed++) {
    try {
      for (const [name, value] of Object.entries(await check(new Chance(seed)))) {
        sum[name] = (sum[name] ?? 0) + value;
      }
    } catch (cause) {
      throw new Error(`With seed ${seed}: ${(cause as Error).message}`, { cause });
    }
  }
  return sum;
}

Deno.test(`${RUNS} random runs with guesses give token for token what plain decoding gives`, async () => {
  const { accepted, drafted, preempted, largestBatch } = await each(RUNS, async (chance) => {
    const requests = requestsOf(chance);
    const { answers } = await run(requests, { decoder: plain() });
    const guessed = await run(requests, { decoder: guessing(chance, answers), ...partsOf(chance, requests) });
    assertEquals(guessed.answers, answers);
    return guessed.counters;
  });
  assert(accepted! > RUNS && drafted! > 2 * accepted!, `${accepted} of ${drafted} guesses were accepted`);
  assert(preempted! > RUNS / 100 && largestBatch! > 1.5 * RUNS, `${preempted} preempted, ${largestBatch}`);
});

Deno.test("random runs with guesses that were drawn give what plain decoding could give", async () => {
  const { accepted, preempted } = await each(RUNS / 5, async (chance) => {
    const requests = requestsOf(chance);
    const { answers } = await run(requests, { decoder: plain() });
    const drawn = await run(requests, { decoder: drawing(chance), ...partsOf(chance, requests) });
    for (const request of requests) {
      if (request.sampling) await checkPossible(request, drawn.answers[request.id]!);
      else assertEquals(drawn.answers[request.id], answers[request.id]);
    }
    return drawn.counters;
  });
  assert(accepted! > 100 && preempted! > 10, `${accepted} accepted, ${preempted} preempted`);
});
