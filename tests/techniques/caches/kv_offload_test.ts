/** What offloading adds to a prefix cache: what memory has no room for comes back from the file, or is computed. */
import { assertEquals } from "@std/assert";
import { type KvGrid, PAGE_TOKENS } from "../../../engine/mod.ts";
import { open } from "../../../techniques/caches/kv_offload.ts";
import { useTestCache } from "../../engine/test_cache.ts";

useTestCache();

const SHAPE = { layers: 1, kvHeads: 1, headDim: 2 };
const PAGES = 6;
const text = (from: number, length = 4 * PAGE_TOKENS + 1) => Array.from({ length }, (_, i) => from + i);

function cache(
  over: { readonly fileTokens?: number; readonly kv?: KvGrid } = {},
  create?: () => Deno.FsFile,
) {
  const { fileTokens = 1024, kv } = over;
  const precision = kv === undefined ? {} : { kv: { bits: 8 as const, keys: kv, values: kv } };
  const live = open({ tokens: PAGES * PAGE_TOKENS, fileTokens, ...precision }, { shape: SHAPE }, create);
  /** Runs a request to its end; tells how many rows were there, and all that it read then. */
  const ask = (prompt: readonly number[], tenant = "") => {
    const { seq, matched } = live.start(prompt, tenant);
    const rest = prompt.slice(matched);
    const rows = Float32Array.from(rest.flatMap((token) => [token, token + 0.25, token + 0.5, token + 0.75]));
    if (!live.reserve(seq, rest.length)) throw new Error("no room");
    live.commit(seq, rows, rest.map((_, i) => i), rest);
    const [k, v] = [new Float32Array(prompt.length * 2), new Float32Array(prompt.length * 2)];
    live.view(seq).copy(0, 0, 0, prompt.length, k, 0, k.length);
    live.view(seq).copy(0, 1, 0, prompt.length, v, 0, v.length);
    live.release(seq);
    live.check();
    return { matched, read: [...k, ...v] };
  };
  return { live, ask, [Symbol.dispose]: () => live[Symbol.dispose]?.() };
}

for (const kv of [undefined, "token", "page"] as const) {
  Deno.test(`a conversation that memory had no room for goes on where it was: ${kv ?? "floats"}`, () => {
    using held = cache(kv === undefined ? {} : { kv });
    const first = held.ask(text(0));
    held.ask(text(1000));
    const back = held.ask(text(0));
    // Rounded rows of the last, open page are no one's but this request's.
    const settled = 4 * PAGE_TOKENS * 2;
    assertEquals(back.matched, 4 * PAGE_TOKENS);
    assertEquals(back.read.slice(0, settled), first.read.slice(0, settled));
    assertEquals(held.live.counters.kvPagesRestored, 3);
  });
}

Deno.test("what came from the file is not written again", () => {
  using held = cache();
  for (const from of [0, 1000, 0, 1000, 0, 1000]) held.ask(text(from));
  assertEquals(held.live.counters.kvPagesOffloaded, 6);
});

Deno.test("tenants share nothing through the file", () => {
  using held = cache();
  held.ask(text(0), "a");
  held.ask(text(1000), "a");
  assertEquals([held.ask(text(0), "b").matched, held.ask(text(0), "a").matched], [0, 4 * PAGE_TOKENS]);
});

Deno.test("a file that was damaged costs rows, and no row is wrong", () => {
  const path = Deno.makeTempFileSync();
  using held = cache({}, () => Deno.openSync(path, { read: true, write: true }));
  const first = held.ask(text(0));
  held.ask(text(1000));
  const bytes = Deno.readFileSync(path);
  Deno.writeFileSync(path, bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)));
  const back = held.ask(text(0));
  assertEquals([back.matched < 4 * PAGE_TOKENS, back.read], [true, first.read]);
  assertEquals(held.live.counters.kvPagesLost, 1);
  Deno.removeSync(path);
});

Deno.test("a disk that is full costs what it would have held, and nothing else", () => {
  using held = cache({}, () => Deno.openSync("/dev/full", { read: true, write: true }));
  const first = held.ask(text(0));
  held.ask(text(1000));
  assertEquals(held.ask(text(0)), { matched: PAGE_TOKENS, read: first.read });
  const { kvPagesRestored, kvPagesRefused } = held.live.counters;
  assertEquals([kvPagesRestored, kvPagesRefused! > 0], [0, true]);
});
