/**
 * What every cache must do, whatever it shares, keeps or rounds: hold the rows of each sequence's own text, and count
 * its pages. One that rounds holds each value within its reach.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { dense, type KvLive, type KvRows, type KvShape, PAGE_TOKENS, type Slot } from "../../engine/mod.ts";
import { techniques } from "../../techniques/mod.ts";
import { useTestCache } from "../engine/test_cache.ts";
import { baseline } from "./baseline.ts";

useTestCache();

const SHAPE: KvShape = { layers: 2, kvHeads: 2, headDim: 3 };
const LIMIT = 20 * PAGE_TOKENS;

/** Every cache of the catalogue, its limit made small, and each over the prefix cache. */
const caches: Readonly<Record<string, Slot>> = { dense: dense() };
for (const [name, technique] of Object.entries(techniques)) {
  if (technique.slot !== "cache") continue;
  Object.assign(caches, { [name]: (await technique.transform(baseline)).cache });
  const shared = await technique.transform(await techniques.prefix_cache.transform(baseline));
  Object.assign(caches, { [`${name} over prefix_cache`]: shared.cache });
}

/** Values are in [0, LARGEST). */
const LARGEST = 512;

/**
 * How far off a value may be read: half a step of a grid over all values there may be, and as much again for each time
 * that a page was cut, for it may have been rounded before and is rounded again.
 */
function reachOf({ params: { kv } }: Slot, cuts: number): number {
  if (kv === undefined) return 0;
  const { bits } = kv as { readonly bits: number };
  return LARGEST / (2 ** bits - 1) / 2 * 1.01 * (1 + cuts);
}

async function opened({ module, params }: Slot): Promise<KvLive> {
  const { open } = await import(module) as { open: (params: unknown, live: { shape: KvShape }) => KvLive };
  return open({ ...params, tokens: LIMIT }, { shape: SHAPE });
}

/** A row's K or V: one number for the tenant and all tokens up to it, and a place in it. */
function valueAt(tenant: string, tokens: readonly number[], place: number): number {
  let hash = tenant.length + 1;
  for (const token of tokens) hash = (Math.imul(hash ^ token, 0x9e3779b1) >>> 0) % 8191;
  return (hash * 64 + place) / 1024;
}

const WIDTH = SHAPE.kvHeads * SHAPE.headDim;
const place = (layer: number, kind: 0 | 1, column: number) => (layer * 2 + kind) * WIDTH + column;

/** K/V of the rows [from, tokens.length), after some rows that belong to nobody. */
function rowsFor(tenant: string, tokens: readonly number[], from: number, before: number): KvRows {
  const stride = SHAPE.layers * 2 * WIDTH;
  return Float32Array.from({ length: (before + tokens.length - from) * stride }, (_, i) => {
    const row = Math.floor(i / stride) - before;
    return row < 0 ? -1 : valueAt(tenant, tokens.slice(0, from + row + 1), i % stride);
  });
}

interface Held {
  readonly seq: number;
  readonly tenant: string;
  tokens: number[];
}

/** Reads a part of a sequence and compares it with what its text says. */
function assertHolds(cache: KvLive, { seq, tenant, tokens }: Held, from: number, reach: number): void {
  const view = cache.view(seq);
  assertEquals(view.length, tokens.length);
  const { headDim, kvHeads, layers } = SHAPE;
  for (let layer = 0; layer < layers; layer++) {
    for (const kind of [0, 1] as const) {
      const stride = tokens.length * headDim + 5;
      const into = new Float32Array(2 + kvHeads * stride).fill(-7);
      view.copy(layer, kind, from, tokens.length, into, 2, stride);
      const expected = new Float32Array(into.length).fill(-7);
      for (let row = from; row < tokens.length; row++) {
        for (let column = 0; column < WIDTH; column++) {
          const head = Math.floor(column / headDim);
          expected[2 + head * stride + row * headDim + column % headDim] = valueAt(
            tenant,
            tokens.slice(0, row + 1),
            place(layer, kind, column),
          );
        }
      }
      if (reach === 0) assertEquals(into, expected);
      const off = into.findIndex((value, i) =>
        !(Math.abs(value - expected[i]!) <= (expected[i] === -7 ? 0 : reach))
      );
      assert(off < 0, `${into[off]} is read where ${expected[off]} was written`);
    }
  }
}

const step = fc.oneof(
  fc.record({
    does: fc.constant("start" as const),
    text: fc.nat(2),
    length: fc.integer({ min: 1, max: 70 }),
    tenant: fc.constantFrom("", "b"),
  }),
  fc.record({
    does: fc.constant("extend" as const),
    which: fc.nat(9),
    rows: fc.integer({ min: 1, max: 40 }),
    unused: fc.nat(20),
  }),
  fc.record({
    does: fc.constant("reserve" as const),
    which: fc.nat(9),
    rows: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({
    does: fc.constant("truncate" as const),
    which: fc.nat(9),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ does: fc.constant("fork" as const), which: fc.nat(9) }),
  fc.record({ does: fc.constant("release" as const), which: fc.nat(9) }),
);

/** Three texts that share their beginnings, so that prompts meet. */
const TEXTS = [0, 1, 2].map((text) =>
  Array.from({ length: 200 }, (_, i) => (i < 20 * text ? i % 5 : (i * (text + 1)) % 7))
);

for (const [name, slot] of Object.entries(caches)) {
  Deno.test(`${name}: whatever is started, forked, cut and released, each sequence holds the rows of its own text`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40, size: "max" }), async (steps) => {
        const cache = await opened(slot);
        const live: Held[] = [];
        let [extended, cuts] = [0, 0];
        for (const one of steps) {
          const held = "which" in one ? live[one.which % live.length] : undefined;
          if ("which" in one && held === undefined) continue;
          const extend = (target: Held, tokens: readonly number[], unused: number) => {
            if (!cache.reserve(target.seq, tokens.length + unused)) return;
            const [whole, from] = [[...target.tokens, ...tokens], target.tokens.length];
            const before = extended++ % 3;
            cache.commit(
              target.seq,
              rowsFor(target.tenant, whole, from, before),
              tokens.map((_, i) => before + i),
              tokens,
            );
            target.tokens = whole;
          };
          switch (one.does) {
            case "start": {
              const prompt = TEXTS[one.text]!.slice(0, one.length);
              const { seq, matched } = cache.start(prompt, one.tenant);
              assert(matched < prompt.length, "the last token of a prompt must be computed");
              live.push({ seq, tenant: one.tenant, tokens: prompt.slice(0, matched) });
              extend(live.at(-1)!, prompt.slice(matched), 0);
              break;
            }
            case "extend":
              extend(held!, Array.from({ length: one.rows }, (_, i) => (i + one.which) % 3), one.unused);
              break;
            case "reserve":
              cache.reserve(held!.seq, one.rows);
              break;
            case "truncate": {
              const [length, { epoch }] = [
                Math.floor(held!.tokens.length * one.share),
                cache.view(held!.seq),
              ];
              cache.truncate(held!.seq, length);
              cuts++;
              held!.tokens = held!.tokens.slice(0, length);
              assert(cache.view(held!.seq).epoch !== epoch, "a truncated sequence must be told apart");
              break;
            }
            case "fork":
              live.push({ ...held!, seq: cache.fork(held!.seq) });
              break;
            case "release":
              cache.release(held!.seq);
              live.splice(live.indexOf(held!), 1);
          }
          cache.check();
          for (const other of live) {
            assertHolds(cache, other, Math.min(other.tokens.length, steps.length % 9), reachOf(slot, cuts));
          }
        }
        for (const { seq } of live) cache.release(seq);
        cache.check();
        const { seq } = cache.start([1], "fresh");
        assertEquals([cache.reserve(seq, LIMIT + 1), cache.reserve(seq, LIMIT)], [false, true]);
        cache.check();
        cache[Symbol.dispose]?.();
      }),
      { seed: 11, numRuns: 60 },
    );
  });

  Deno.test(`${name}: a reservation that does not fit is refused and changes no sequence`, async () => {
    const cache = await opened(slot);
    const { seq } = cache.start([1, 2, 3], "");
    assert(cache.reserve(seq, 3));
    cache.commit(seq, rowsFor("", [1, 2, 3], 0, 0), [0, 1, 2], [1, 2, 3]);
    assertEquals(cache.reserve(seq, LIMIT - 2), false);
    cache.check();
    assertHolds(cache, { seq, tenant: "", tokens: [1, 2, 3] }, 0, reachOf(slot, 0));
    assertEquals(cache.reserve(seq, LIMIT - 3), true);
  });
}
