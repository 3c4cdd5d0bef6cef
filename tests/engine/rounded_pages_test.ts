/** What pages of 8 and 4 bits hold: nothing further off than half a step, whatever the row, and nothing of its neighbours. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dense, type KvPrecision, type KvShape, PAGE_TOKENS, PagedCache } from "../../engine/mod.ts";
import { open } from "../../engine/cache.ts";
import { Staging } from "../../engine/engines/staging.ts";
import type { PageRows } from "../../engine/pages.ts";
import { roundedPages } from "../../engine/rounded_pages.ts";

/** Of odd width, so that the last byte of a row of 4-bit codes has room to spare. */
const SHAPE: KvShape = { layers: 2, kvHeads: 2, headDim: 5 };
const LINES = SHAPE.layers * 2 * SHAPE.kvHeads;
const WIDTH = LINES * SHAPE.headDim;
const FORMS = ([8, 4] as const).flatMap((bits) =>
  (["token", "page"] as const).map((grid): KvPrecision => ({ bits, keys: grid, values: grid }))
);
const nameOf = ({ bits, keys, values }: KvPrecision) => `int${bits} by ${keys} and ${values}`;

const pageOf = (precision: KvPrecision, shape = SHAPE) => roundedPages(precision, shape).make();

function fill(page: PageRows, rows: readonly ArrayLike<number>[]): void {
  rows.forEach((row, slot) => page.write(slot, Float32Array.from(row), 0));
}

/** The first `count` rows as they were written: [layers, 2, kvHeads, headDim] each. */
function rowsOf(page: PageRows, count: number, { layers, kvHeads, headDim }: KvShape = SHAPE): number[][] {
  const rows = Array.from({ length: count }, (): number[] => []);
  for (let layer = 0; layer < layers; layer++) {
    for (const kind of [0, 1] as const) {
      const into = new Float32Array(kvHeads * count * headDim);
      page.read(layer, kind, 0, count, into, 0, count * headDim);
      for (let head = 0; head < kvHeads; head++) {
        rows.forEach((row, slot) => {
          const at = (head * count + slot) * headDim;
          row.push(...into.subarray(at, at + headDim));
        });
      }
    }
  }
  return rows;
}

/** Half a step of the grid over these values, with what its 16-bit ends take. */
function halfStep(values: readonly number[], bits: number): number {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const levels = 2 ** bits - 1;
  return (max - min + Math.abs(min) * 2 ** -9 + 2 ** -22) / levels * (0.5 + 2 ** -9) + 2 ** -23;
}

/** Rows that share a grid with place `i` of row `slot`, as values. */
function sharing(rows: readonly (readonly number[])[], slot: number, i: number, grid: string): number[] {
  const { headDim } = SHAPE;
  if (grid === "page") return rows.map((row) => row[i]!);
  const first = i - i % headDim;
  return rows[slot]!.slice(first, first + headDim);
}

const magnitude = fc.integer({ min: -3, max: 4 }).chain((power) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: WIDTH, maxLength: WIDTH })
    .map((row) => row.map((value) => Math.fround(value * 10 ** power)))
);

for (const form of FORMS) {
  Deno.test(`${nameOf(form)}: every value of a full page is read within half a step of its grid`, () => {
    fc.assert(
      fc.property(fc.array(magnitude, { minLength: PAGE_TOKENS, maxLength: PAGE_TOKENS }), (rows) => {
        const page = pageOf(form);
        fill(page, rows);
        rowsOf(page, PAGE_TOKENS).forEach((row, slot) =>
          row.forEach((found, i) => {
            const off = Math.abs(found - rows[slot]![i]!);
            const allowed = halfStep(sharing(rows, slot, i, form.keys), form.bits);
            assert(off <= allowed, `row ${slot}, place ${i}: off by ${off}, half a step is ${allowed}`);
          })
        );
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  Deno.test(`${nameOf(form)}: zeros and rows of one value come back, to what a 16-bit float tells apart`, () => {
    const page = pageOf(form);
    const rows = Array.from(
      { length: PAGE_TOKENS },
      () => Array.from({ length: WIDTH }, (_, i) => 3 * (i % 2)),
    );
    fill(page, rows.map((row) => row.map((_, i) => (i < SHAPE.headDim ? 0 : 7.25))));
    for (const row of rowsOf(page, PAGE_TOKENS)) {
      row.forEach((value, i) => assert(Math.abs(value - (i < SHAPE.headDim ? 0 : 7.25)) < 0.002));
    }
  });

  Deno.test(`${nameOf(form)}: what is not a number is not read as one, and spoils only what shares its grid`, () => {
    const rows = Array.from({ length: PAGE_TOKENS }, (_, slot) => new Array<number>(WIDTH).fill(slot + 1));
    rows[3]![7] = NaN;
    const page = pageOf(form);
    fill(page, rows);
    const spoilt = rowsOf(page, PAGE_TOKENS).flatMap((row, slot) =>
      row.flatMap((value, i) => (Number.isNaN(value) ? [`${slot}:${i}`] : []))
    );
    const expected = form.keys === "token"
      ? [5, 6, 7, 8, 9].map((i) => `3:${i}`)
      : rows.map((_, slot) => `${slot}:7`);
    assertEquals(spoilt, expected);
  });
}

Deno.test("a massive value of one token leaves other tokens and heads alone where grids are a token's", () => {
  const rows = Array.from({ length: 2 }, () => Array.from({ length: WIDTH }, (_, i) => i % 5 / 4));
  rows[0]![0] = 1000;
  const page = pageOf({ bits: 4, keys: "token", values: "token" });
  fill(page, rows);
  const [first, second] = rowsOf(page, 2);
  for (const [i, value] of first!.entries()) {
    if (i >= SHAPE.headDim) assert(Math.abs(value - rows[0]![i]!) < 0.04);
  }
  second!.forEach((value, i) => assert(Math.abs(value - rows[1]![i]!) < 0.04));
});

Deno.test("a channel that is large in every row leaves other channels alone where grids are a page's", () => {
  const rows = Array.from(
    { length: PAGE_TOKENS },
    (_, slot) => Array.from({ length: WIDTH }, (_, i) => (i % 5 === 2 ? 500 : 0) + (slot * 7 + i) % 16 / 16),
  );
  const page = pageOf({ bits: 4, keys: "page", values: "page" });
  fill(page, rows);
  rowsOf(page, PAGE_TOKENS).forEach((row, slot) =>
    row.forEach((value, i) => assert(Math.abs(value - rows[slot]![i]!) < (i % 5 === 2 ? 0.1 : 0.04)))
  );
});

Deno.test("what is beyond 16-bit floats is clipped to a number", () => {
  const page = pageOf({ bits: 8, keys: "token", values: "token" });
  fill(page, [Array.from({ length: WIDTH }, (_, i) => (i % 2 ? 1e9 : -1e9))]);
  for (const value of rowsOf(page, 1)[0]!) assert(Number.isFinite(value) && Math.abs(value) > 60000);
});

Deno.test("4-bit codes lie two to a byte: neighbours differ by a sixteenth of what their row spans", () => {
  const shape = { layers: 1, kvHeads: 1, headDim: 16 };
  const page = pageOf({ bits: 4, keys: "token", values: "token" }, shape);
  const row = Array.from({ length: 32 }, (_, i) => (i * 7) % 16);
  fill(page, [row]);
  assertEquals(rowsOf(page, 1, shape)[0]!.map((value) => Math.abs(Math.round(value))), row);
});

Deno.test("bytes of a token: codes, and two 16-bit ends of each grid", () => {
  const shape = { layers: 30, kvHeads: 3, headDim: 64 };
  const bytes = (precision: KvPrecision) => roundedPages(precision, shape).counters.kvBytesPerToken! / 180;
  assertEquals(bytes({ bits: 8, keys: "token", values: "token" }), 64 + 4);
  assertEquals(bytes({ bits: 4, keys: "token", values: "token" }), 32 + 4);
  assertEquals(bytes({ bits: 4, keys: "page", values: "page" }), 32 + 64 * 4 / PAGE_TOKENS);
});

/** Row `at` of a text. */
const rowAt = (at: number) => Float32Array.from({ length: WIDTH }, (_, i) => Math.sin(at * 31 + i * 7));

function append(cache: PagedCache, seq: number, from: number, count: number): void {
  assert(cache.reserve(seq, count));
  for (let at = from; at < from + count; at++) cache.commit(seq, rowAt(at), [0], [at]);
}

function keysOf(cache: PagedCache, seq: number): Float32Array {
  const view = cache.view(seq);
  const into = new Float32Array(view.length * SHAPE.headDim * SHAPE.kvHeads);
  view.copy(0, 0, 0, view.length, into, 0, view.length * SHAPE.headDim);
  return into.slice(0, view.length * SHAPE.headDim);
}

const KIVI: KvPrecision = { bits: 4, keys: "page", values: "token" };
const exactly = (count: number) =>
  Array.from({ length: count }, (_, at) => [...rowAt(at).subarray(0, SHAPE.headDim)]).flat();

function kivi() {
  const cache = open({ ...dense().params, kv: KIVI }, { shape: SHAPE }) as PagedCache;
  return { cache, seq: cache.start([], "").seq };
}

Deno.test("keys of a page are floats until it is full, and settled from then on", () => {
  const { cache, seq } = kivi();
  append(cache, seq, 0, PAGE_TOKENS - 1);
  assertEquals([...keysOf(cache, seq)], exactly(PAGE_TOKENS - 1));
  assertEquals(cache.view(seq).settled, 0);
  append(cache, seq, PAGE_TOKENS - 1, 2);
  assertEquals(cache.view(seq).settled, PAGE_TOKENS);
  const [found, written] = [keysOf(cache, seq), exactly(PAGE_TOKENS + 1)];
  assert(found.subarray(0, PAGE_TOKENS * SHAPE.headDim).some((value, i) => value !== written[i]));
  assertEquals([...found.subarray(PAGE_TOKENS * SHAPE.headDim)], written.slice(PAGE_TOKENS * SHAPE.headDim));
});

Deno.test("what is staged is what the pages hold, step by step, though a page is rounded late", () => {
  const { cache, seq } = kivi();
  const staging = new Staging(SHAPE);
  for (let at = 0; at < 3 * PAGE_TOKENS + 2; at++) {
    append(cache, seq, at, 1);
    const { arrays } = staging.stage([cache.view(seq)]);
    assertEquals(arrays[0]!.subarray(0, (at + 1) * SHAPE.headDim), keysOf(cache, seq));
  }
});

Deno.test("a page that was full and is cut takes rows again, and a fork of it is not touched", () => {
  const { cache, seq } = kivi();
  append(cache, seq, 0, PAGE_TOKENS);
  const whole = keysOf(cache, seq);
  const fork = cache.fork(seq);
  cache.truncate(seq, 5);
  append(cache, seq, 100, 3);
  const found = keysOf(cache, seq);
  assertEquals(found.subarray(0, 5 * SHAPE.headDim), whole.subarray(0, 5 * SHAPE.headDim));
  assertEquals([...found.subarray(5 * SHAPE.headDim, 6 * SHAPE.headDim)], [
    ...rowAt(100).subarray(0, SHAPE.headDim),
  ]);
  assertEquals(keysOf(cache, fork), whole);
  cache.check();
});

Deno.test("a fork of a page that is not full yet goes its own way", () => {
  const { cache, seq } = kivi();
  append(cache, seq, 0, 4);
  const fork = cache.fork(seq);
  append(cache, fork, 200, 1);
  append(cache, seq, 4, 1);
  assertEquals([...keysOf(cache, seq)], exactly(5));
  assertEquals([...keysOf(cache, fork).subarray(4 * SHAPE.headDim)], [
    ...rowAt(200).subarray(0, SHAPE.headDim),
  ]);
});

Deno.test("a page that is given back and taken again holds nothing of the rows before", () => {
  const { cache, seq } = kivi();
  append(cache, seq, 50, 7);
  cache.release(seq);
  const next = cache.start([], "").seq;
  append(cache, next, 0, 3);
  assertEquals([...keysOf(cache, next)], exactly(3));
});

Deno.test("counters tell rows rounded and read, and only of pages that round", () => {
  const { cache, seq } = kivi();
  append(cache, seq, 0, 6);
  keysOf(cache, seq);
  assertEquals([cache.counters.kvRowsRounded, cache.counters.kvRowsRead], [6, 6]);
  assertEquals(Object.keys(new PagedCache(SHAPE, 64).counters), ["pagesPeak", "pagesHeld"]);
});

Deno.test("grids of channels without what each spans are refused", () => {
  assertThrows(() => roundedPages({ bits: 8, keys: "channel", values: "token" }, SHAPE), Error, "extent");
});
