/** What every engine must do with a stack that it honours; the real ones run a tiny random model. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  digest,
  type Emission,
  type Engine,
  localModel,
  onnxEngine,
  type Request,
  type Session,
  type Stack,
  transformersJs,
  Unsupported,
} from "../../engine/mod.ts";
import { toyEngine } from "../../engine/engines/toy.ts";
import { useTestCache } from "../engine/test_cache.ts";
import { llamaFile, tinyLlama } from "../engine/tiny_llama.ts";
import { baseline } from "./baseline.ts";

useTestCache();
const file = Deno.makeTempFileSync({ suffix: ".gguf" });
Deno.writeFileSync(file, llamaFile(tinyLlama()));
globalThis.addEventListener("unload", () => Deno.removeSync(file));
const tiny: Stack = { ...baseline, model: await localModel(file) };

interface Entry {
  readonly engine: Engine;
  readonly stack: Stack;
  /** Whether it tells how near each choice was; without that its margins are no numbers. */
  readonly margins: boolean;
}

const engines: readonly Entry[] = [
  { engine: toyEngine(), stack: baseline, margins: true },
  { engine: onnxEngine({ backend: "native", threads: 1 }), stack: tiny, margins: true },
  { engine: onnxEngine({ backend: "wasm", threads: 1 }), stack: tiny, margins: true },
  { engine: transformersJs({ threads: 1 }), stack: tiny, margins: false },
];

const request = (id: string, over: Partial<Request> = {}): Request => ({
  id,
  prompt: Array.from(id, (char) => 2 + char.charCodeAt(0) % 36).concat(5, 9, 5, 9, 5),
  maxTokens: 9,
  stop: [],
  ...over,
});

async function emissions(
  session: Session,
  asked: AsyncIterable<Request> | Iterable<Request>,
): Promise<Emission[]> {
  return await Array.fromAsync(session.generate(asked));
}

async function answers(session: Session, asked: readonly Request[]): Promise<Map<string, number[]>> {
  const tokens = new Map(asked.map(({ id }) => [id, [] as number[]]));
  for (const { id, tokens: more } of await emissions(session, asked)) tokens.get(id)!.push(...more);
  return tokens;
}

type Behaviour = (session: Session, entry: Entry) => Promise<void>;
const behaviours: [string, Behaviour][] = [];
const test = (what: string, behaviour: Behaviour) => behaviours.push([what, behaviour]);

test(
  "every request gets its tokens, in order of time, with a margin each and one end",
  async (session, { margins: known }) => {
    const asked = ["alpha", "be", "gamma"].map((id, i) => request(id, { maxTokens: 5 + i * 3 }));
    const before = performance.timeOrigin + performance.now();
    const all = await emissions(session, asked);
    for (const { id, maxTokens } of asked) {
      const own = all.filter((emission) => emission.id === id);
      assertEquals(own.flatMap(({ tokens }) => tokens).length, maxTokens);
      assertEquals(own.map(({ finish }) => finish), [...own.slice(1).map(() => undefined), "length"]);
      for (const { tokens, margins, at } of own) {
        assertEquals(margins.length, tokens.length);
        assert(margins.every((margin) => (known ? margin >= 0 : Number.isNaN(margin))));
        assert(at >= before && at <= performance.timeOrigin + performance.now());
      }
      assertEquals(own.map(({ at }) => at), own.map(({ at }) => at).toSorted((a, b) => a - b));
    }
    assertEquals(all.length, all.filter(({ id }) => asked.some((one) => one.id === id)).length);
  },
);

test("a stop token ends an answer and is its last", async (session) => {
  const [plainly] = (await answers(session, [request("alpha")])).values();
  const stop = plainly![4]!;
  const at = plainly!.indexOf(stop);
  const stopped = await emissions(session, [request("alpha", { stop: [stop] })]);
  assertEquals(stopped.flatMap(({ tokens }) => tokens), plainly!.slice(0, at + 1));
  assertEquals(stopped.at(-1)!.finish, "stop");
});

test("the same request has the same answer alone, again and beside others", async (session) => {
  const asked = ["alpha", "be", "gamma", "delta"].map((id) => request(id));
  const together = await answers(session, asked);
  assertEquals(await answers(session, asked), together);
  assertEquals((await answers(session, [asked[2]!])).get("gamma"), together.get("gamma"));
});

test("requests that come one after another's end are answered", async (session) => {
  let ended = () => {};
  async function* source() {
    for (const id of ["alpha", "be", "gamma"]) {
      const end = new Promise<void>((resolve) => (ended = resolve));
      yield request(id);
      await end;
    }
  }
  const finished: string[] = [];
  for await (const { id, finish } of session.generate(source())) {
    if (finish === undefined) continue;
    finished.push(id);
    ended();
  }
  assertEquals(finished, ["alpha", "be", "gamma"]);
});

test("nothing asked is nothing answered", async (session) => {
  assertEquals(await emissions(session, []), []);
});

test("an answer that nobody waits for is dropped, and the next one is as if it had never been", async (session) => {
  const fresh = await answers(session, [request("be")]);
  for await (const _ of session.generate([request("alpha"), request("gamma")])) break;
  assertEquals(await answers(session, [request("be")]), fresh);
});

test("requests that cannot be answered, or cannot be had, fail by name, and the session goes on", async (session) => {
  const fresh = await answers(session, [request("be")]);
  await assertRejects(() => emissions(session, [request("hollow", { prompt: [] })]), RangeError, "hollow");
  const long = request("long", { maxTokens: session.context });
  await assertRejects(() => emissions(session, [request("alpha"), long]), RangeError, "long");
  async function* broken() {
    yield request("alpha");
    await Promise.resolve();
    throw new TypeError("the source broke");
  }
  await assertRejects(() => emissions(session, broken()), Error, "the source broke");
  assertEquals(await answers(session, [request("be")]), fresh);
});

test("it would choose its own greedy answers when it scores them", async (session) => {
  const asked = ["alpha", "be", "gamma"].map((id) => request(id));
  const transcripts = await answers(session, asked);
  const other = [7, 3, 8];
  const items = asked.map(({ id, prompt }) => ({
    id,
    context: prompt,
    continuations: [transcripts.get(id)!, other],
  }));
  const scored = await Array.fromAsync(session.score(items));
  assertEquals(scored.map(({ id }) => id).sort(), ["alpha", "be", "gamma"]);
  for (const { logProbs, tops } of scored) {
    assertEquals(logProbs.map(({ length }) => length), [9, 3]);
    logProbs[0]!.forEach((value, i) => assert(value >= tops[0]![i]! - 1e-4));
    logProbs[1]!.forEach((value, i) => assert(value <= tops[1]![i]! && value < 0));
  }
});

test("an item that cannot be scored fails by name, and the session goes on", async (session) => {
  const item = { id: "hollow", context: [], continuations: [[1]] };
  await assertRejects(() => Array.fromAsync(session.score([item])), RangeError, "hollow");
  assertEquals((await Array.fromAsync(session.score([{ ...item, context: [2] }]))).length, 1);
});

test("what it says of itself can be counted", async (session, { engine }) => {
  const { counters: before } = await session.stats();
  await answers(session, [request("alpha"), request("be")]);
  const { counters, addedBytes, weightBytes = 1 } = await session.stats();
  assertEquals(counters.tokens! - (before.tokens ?? 0), 18);
  assert(Number.isFinite(addedBytes) && Number.isInteger(weightBytes) && weightBytes > 0);
  assert(session.context > 0 && session.tokenizer.vocabulary > 0);
  const { id, ...fields } = await engine.hardware();
  assertEquals(id, await digest(fields));
});

for (const entry of engines) {
  const { engine, stack } = entry;

  Deno.test(`${engine.name} is an engine`, async (t) => {
    await using session = await engine.open(stack);
    for (const [what, behaviour] of behaviours) await t.step(what, () => behaviour(session, entry));
  });

  Deno.test(`${engine.name}: a part that it does not know is refused with its slot`, async () => {
    for (const slot of ["cache", "decoder", "scheduler"] as const) {
      const unknown = { name: "unheard of", params: {}, module: import.meta.resolve("./baseline.ts") };
      const error = await assertRejects(() => engine.open({ ...stack, [slot]: unknown }), Unsupported, slot);
      assertEquals(error.slot, slot);
    }
  });
}

Deno.test("every engine that runs the tiny model answers with the same greedy tokens", async () => {
  const asked = ["alpha", "be", "gamma", "delta", "epsilon"].map((id) => request(id, { maxTokens: 16 }));
  const [first, ...others] = engines.filter(({ stack }) => stack === tiny);
  const ask = async ({ engine, stack }: Entry) => {
    await using session = await engine.open(stack);
    return await answers(session, asked);
  };
  const expected = await ask(first!);
  for (const entry of others) assertEquals(await ask(entry), expected, entry.engine.name);
});
