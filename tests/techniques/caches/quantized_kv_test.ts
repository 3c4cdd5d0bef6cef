/** Quantized K/V as a technique: what it makes of the cache beneath, and what it refuses. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type KvLive, type KvRows, PAGE_TOKENS, type Slot } from "../../../engine/mod.ts";
import { prefixCache, quantizedKv, techniques, UserError } from "../../../mod.ts";
import { baseline } from "../../contracts/baseline.ts";

const SHAPE = { layers: 1, kvHeads: 1, headDim: 4 };
const { kv_int8, kv_int4, prefix_cache } = techniques;

async function opened({ module, params }: Slot, tokens: number): Promise<KvLive> {
  const { open } = await import(module) as {
    open: (params: unknown, live: { shape: typeof SHAPE }) => KvLive;
  };
  return open({ ...params, tokens }, { shape: SHAPE });
}

/** K and V of tokens: what a token's are depends on the token alone. */
const rowsFor = (tokens: readonly number[]): KvRows =>
  Float32Array.from(tokens.flatMap((token) => Array.from({ length: 8 }, (_, i) => Math.sin(token * 8 + i))));

function read(cache: KvLive, seq: number): Float32Array {
  const { length } = cache.view(seq);
  const into = new Float32Array(2 * length * SHAPE.headDim);
  cache.view(seq).copy(0, 0, 0, length, into, 0, 0);
  cache.view(seq).copy(0, 1, 0, length, into, length * SHAPE.headDim, 0);
  return into;
}

function ask(cache: KvLive, prompt: readonly number[]) {
  const { seq, matched } = cache.start(prompt, "");
  const rest = prompt.slice(matched);
  assert(cache.reserve(seq, rest.length));
  cache.commit(seq, rowsFor(rest), [...rest.keys()], rest);
  return { seq, matched };
}

const text = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

Deno.test("the limit, the name and the module of the cache beneath stay, on whichever side it is applied", async () => {
  const over = await kv_int8.transform(await prefixCache(512).transform(baseline));
  const beneath = await prefixCache(512).transform(await kv_int8.transform(baseline));
  assertEquals(over.cache, beneath.cache);
  assertEquals(over.cache.name, "prefix_cache");
  assertEquals(over.cache.params, { tokens: 512, kv: { bits: 8, keys: "token", values: "token" } });
});

for (const technique of [kv_int8, kv_int4]) {
  Deno.test(`${technique.name}: a request reads of a shared prefix exactly what the one before it read`, async () => {
    const { cache: slot } = await technique.transform(await prefix_cache.transform(baseline));
    const cache = await opened(slot, 20 * PAGE_TOKENS);
    const first = ask(cache, text(40));
    const before = read(cache, first.seq);
    cache.release(first.seq);
    const second = ask(cache, text(40));
    assertEquals(second.matched, 2 * PAGE_TOKENS);
    assertEquals(read(cache, second.seq), before);
    cache.release(second.seq);
    cache.check();
  });

  Deno.test(`${technique.name}: pages that are evicted and taken again hold the new rows only`, async () => {
    const { cache: slot } = await technique.transform(await prefix_cache.transform(baseline));
    const cache = await opened(slot, 4 * PAGE_TOKENS);
    for (const from of [0, 1000, 2000, 0]) {
      const { seq } = ask(cache, text(3 * PAGE_TOKENS + 1, from));
      const fresh = await opened(slot, 4 * PAGE_TOKENS);
      assertEquals(read(cache, seq), read(fresh, ask(fresh, text(3 * PAGE_TOKENS + 1, from)).seq));
      cache.release(seq);
      cache.check();
    }
  });
}

Deno.test("it is engaged only where rows were rounded and read back", () => {
  assertEquals(kv_int8.engaged!({ kvRowsRounded: 5, kvRowsRead: 3 }), true);
  assertEquals(kv_int8.engaged!({ kvRowsRounded: 5, kvRowsRead: 0 }), false);
  assertEquals(kv_int8.engaged!({ pagesPeak: 5 }), false);
});

Deno.test("only grids that are calibrated name what they are calibrated on", () => {
  const names = (keys: "channel" | "page") =>
    quantizedKv({ bits: 4, keys, values: "token" }).calibration?.map(({ split }) => split);
  assertEquals(names("channel"), ["calibration", "calibration", "calibration"]);
  assertEquals(names("page"), undefined);
});

for (
  const wrong of [
    { bits: 2, keys: "token", values: "token" },
    { bits: 8, keys: "head", values: "token" },
    { bits: 8, keys: "token", values: "row" },
  ]
) {
  Deno.test(`${JSON.stringify(wrong)} is refused in one sentence`, () => {
    const make = () => quantizedKv(wrong as unknown as Parameters<typeof quantizedKv>[0]);
    assertThrows(make, UserError, "bits must be 8 or 4");
  });
}
