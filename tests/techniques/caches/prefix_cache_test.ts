/** What the prefix cache adds to the contract of every cache: what it shares, with whom, and what goes first. */
import { assertEquals } from "@std/assert";
import { type KvRows, PAGE_TOKENS } from "../../../engine/mod.ts";
import { open, whoseOf } from "../../../techniques/caches/prefix_cache.ts";
import { baseline } from "../../contracts/baseline.ts";

const SHAPE = { layers: 1, kvHeads: 1, headDim: 1 };
const text = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);

function cache(pages = 32) {
  const live = open({ tokens: pages * PAGE_TOKENS }, { shape: SHAPE });
  return {
    live,
    /** Runs a request to its end; tells how many rows were there. */
    ask(prompt: readonly number[], tenant = ""): number {
      const { seq, matched } = live.start(prompt, tenant);
      const rest = prompt.slice(matched);
      const rows: KvRows = Float32Array.from(rest.flatMap((token) => [token, token]));
      if (!live.reserve(seq, rest.length)) throw new Error("no room");
      live.commit(seq, rows, rest.map((_, i) => i), rest);
      live.release(seq);
      live.check();
      return matched;
    },
  };
}

Deno.test("a prompt starts after the whole pages that it shares with an earlier one", () => {
  const { ask } = cache();
  assertEquals(ask(text(50)), 0);
  assertEquals(ask([...text(40), 99, 98]), 2 * PAGE_TOKENS);
  assertEquals(ask(text(100)), 3 * PAGE_TOKENS);
  assertEquals(ask(text(50, 1)), 0);
});

Deno.test("the last token of a prompt is always computed", () => {
  const { ask } = cache();
  ask(text(2 * PAGE_TOKENS));
  assertEquals(ask(text(2 * PAGE_TOKENS)), PAGE_TOKENS);
  assertEquals(ask(text(2 * PAGE_TOKENS + 1)), 2 * PAGE_TOKENS);
});

Deno.test("the same page after another beginning is another page", () => {
  const { ask } = cache();
  ask([...text(PAGE_TOKENS), ...text(PAGE_TOKENS, 500), 1]);
  assertEquals(ask([...text(PAGE_TOKENS, 900), ...text(PAGE_TOKENS, 500), 1]), 0);
});

Deno.test("tenants share nothing, not even where a name looks like a prompt", () => {
  const { ask } = cache();
  ask(text(40), "a");
  assertEquals([ask(text(40), "b"), ask(text(40)), ask(text(40), "a")], [0, 0, 2 * PAGE_TOKENS]);
  const page = text(PAGE_TOKENS).join(",");
  assertEquals(ask(text(20, PAGE_TOKENS), `a|${page};`), 0);
});

Deno.test("the least recently used pages make room for new ones", () => {
  const { ask } = cache(8);
  const [one, two, three] = [0, 1000, 2000].map((from) => text(3 * PAGE_TOKENS + 1, from));
  ask(one!);
  ask(two!);
  assertEquals(ask(one!), 3 * PAGE_TOKENS);
  ask(three!);
  assertEquals(ask(one!), 3 * PAGE_TOKENS);
  assertEquals(ask(two!), PAGE_TOKENS);
});

Deno.test("pages that a request holds are not taken from it", () => {
  const { live, ask } = cache(4);
  ask(text(3 * PAGE_TOKENS));
  const { seq, matched } = live.start(text(3 * PAGE_TOKENS + 1), "");
  assertEquals([matched, live.reserve(live.start([1], "").seq, 2 * PAGE_TOKENS)], [3 * PAGE_TOKENS, false]);
  assertEquals(live.view(seq).length, 3 * PAGE_TOKENS);
  live.check();
});

Deno.test("the end of a text makes room before its beginning", () => {
  const { ask } = cache(8);
  ask(text(4 * PAGE_TOKENS + 1));
  ask(text(5 * PAGE_TOKENS, 1000));
  assertEquals(ask(text(4 * PAGE_TOKENS + 1)), 3 * PAGE_TOKENS);
});

Deno.test("models, what their weights were made into, and precisions of K and V are told apart", () => {
  const { model } = baseline;
  const int8 = { bits: 8, block: 64, symmetric: false } as const;
  const kv = { bits: 8, keys: "token", values: "token" } as const;
  const all = [
    whoseOf({}, undefined),
    whoseOf({}, model),
    whoseOf({}, { ...model, params: { ...model.params, weights: "1".repeat(64) } }),
    whoseOf({}, { ...model, params: { ...model.params, body: int8 } }),
    whoseOf({}, { ...model, params: { ...model.params, made: { name: "awq", params: {} } } }),
    whoseOf({ kv }, model),
    whoseOf({ kv: { ...kv, bits: 4 } }, model),
  ];
  assertEquals(new Set(all).size, all.length);
});
