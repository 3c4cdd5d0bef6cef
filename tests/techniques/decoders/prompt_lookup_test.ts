import { assertEquals } from "@std/assert";
import type { DecoderLive, KvView, Sequence } from "../../../engine/mod.ts";
import { open } from "../../../techniques/decoders/prompt_lookup.ts";

const PARAMS = { longest: 3, shortest: 2, guesses: 4 };
const sequence = (tokens: readonly number[], id = "r"): Sequence => ({
  request: { id, prompt: tokens, maxTokens: 99, stop: [] },
  tokens,
  prompted: tokens.length,
});
const past = {} as KvView;
const draft = async (live: DecoderLive, own: Sequence, room = 99) =>
  (await live.propose([{ sequence: own, room, past }]))[0]!;
const propose = (tokens: readonly number[], room?: number) => draft(open(PARAMS), sequence(tokens), room);

Deno.test("what followed the same words before is proposed, as a chain", async () => {
  assertEquals(await propose([1, 2, 3, 4, 5, 6, 7, 1, 2]), { tokens: [3, 4, 5, 6], parent: [-1, 0, 1, 2] });
});

Deno.test("the longest suffix decides, and of equal ones the last", async () => {
  assertEquals((await propose([9, 1, 2, 7, 8, 1, 2, 5, 6, 9, 1, 2])).tokens, [7, 8, 1, 2]);
  assertEquals((await propose([1, 2, 7, 3, 1, 2, 5, 3, 1, 2])).tokens, [5, 3, 1, 2]);
});

Deno.test("nothing is proposed where nothing recurs, or less than the shortest suffix", async () => {
  assertEquals(await propose([1, 2, 3, 4, 5]), { tokens: [], parent: [] });
  assertEquals((await propose([1, 2, 3, 1])).tokens, []);
  assertEquals((await propose([5])).tokens, []);
});

Deno.test("the last words do not match themselves, and a repetition runs on", async () => {
  assertEquals((await propose([3, 1, 2])).tokens, []);
  assertEquals((await propose([7, 7, 7, 7])).tokens, [7]);
});

Deno.test("no more is proposed than there is room for", async () => {
  assertEquals((await propose([1, 2, 3, 4, 5, 6, 1, 2], 2)).tokens, [3, 4]);
});

Deno.test("the draft shrinks to what was accepted and grows again", async () => {
  const live = open(PARAMS);
  const s = sequence([1, 2, 3, 4, 5, 6, 1, 2]);
  const size = async () => (await draft(live, s)).tokens.length;
  assertEquals(await size(), 4);
  live.observe!(s, 4, 1);
  assertEquals(await size(), 2);
  live.observe!(s, 2, 2);
  assertEquals(await size(), 4);
});

Deno.test("guesses that keep failing are paused for ever longer, and no longer than sixteen steps", async () => {
  const live = open(PARAMS);
  const s = sequence([1, 2, 3, 4, 5, 6, 1, 2]);
  const pauses: number[] = [];
  for (let failures = 0; failures < 7; failures++) {
    let pause = 0;
    while ((await draft(live, s)).tokens.length === 0) pause++;
    pauses.push(pause);
    live.observe!(s, 2, 0);
  }
  assertEquals(pauses, [0, 0, 4, 8, 16, 16, 16]);
});

Deno.test("requests do not learn from each other, and one that ended is forgotten", async () => {
  const live = open(PARAMS);
  const [a, b] = [sequence([1, 2, 3, 1, 2], "a"), sequence([1, 2], "b")];
  assertEquals([(await draft(live, a)).tokens, (await draft(live, b)).tokens], [[3, 1, 2], []]);
  live.observe!(a, 3, 0);
  live.finish!(a);
  assertEquals((await draft(live, a)).tokens, [3, 1, 2]);
});
