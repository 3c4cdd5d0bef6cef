import { assert, assertEquals, assertThrows } from "@std/assert";
import { type DecoderLive, type KvView, type Sequence, UserError } from "../../../engine/mod.ts";
import { open, promptLookup } from "../../../techniques/decoders/prompt_lookup.ts";

const sequence = (tokens: readonly number[], id = "r"): Sequence => ({
  request: { id, prompt: tokens, maxTokens: 99, stop: [] },
  tokens,
  prompted: tokens.length,
});
const past = {} as KvView;
const draft = async (live: DecoderLive, own: Sequence, room = 99) =>
  (await live.propose([{ sequence: own, room, past }]))[0]!;
const propose = (tokens: readonly number[], room = 2) => draft(open({ guesses: 4 }), sequence(tokens), room);

Deno.test("what followed the same words before is proposed, as a chain", async () => {
  assertEquals(await propose([1, 2, 3, 4, 5, 6, 7, 1, 2]), { tokens: [3, 4], parent: [-1, 0] });
});

Deno.test("the longest suffix decides, and of equal ones the last", async () => {
  assertEquals((await propose([9, 1, 2, 7, 8, 1, 2, 5, 6, 9, 1, 2])).tokens, [7, 8]);
  assertEquals((await propose([1, 2, 7, 3, 1, 2, 5, 3, 1, 2])).tokens, [5, 3]);
});

Deno.test("nothing is proposed where nothing recurs", async () => {
  assertEquals(await propose([1, 2, 3, 4, 5]), { tokens: [], parent: [] });
  assertEquals((await propose([5])).tokens, []);
});

Deno.test("a repetition is taken to run on", async () => {
  assertEquals((await propose([7, 7, 7, 7])).tokens, [7, 7]);
  assertEquals((await propose([5, 6, 7, 5, 6, 7], 9)).tokens.slice(0, 3), [5, 6, 7]);
});

Deno.test("no more is proposed than there is room for, nor than the decoder may", async () => {
  assertEquals((await propose([1, 2, 3, 4, 5, 6, 1, 2], 1)).tokens, [3]);
  const live = open({ guesses: 4 });
  const s = sequence([1, 2, 3, 4, 5, 6, 7, 8, 1, 2]);
  for (let i = 0; i < 20; i++) {
    const { length } = (await draft(live, s)).tokens;
    live.observe!(s, length, length);
  }
  assertEquals((await draft(live, s)).tokens, [3, 4, 5, 6]);
});

Deno.test("guesses that keep failing are made ever less", async () => {
  const live = open({ guesses: 8 });
  const s = sequence([1, 2, 3, 4, 5, 6, 1, 2]);
  let offered = 0;
  for (let step = 0; step < 200; step++) {
    const { length } = (await draft(live, s)).tokens;
    offered += length;
    if (length > 0) live.observe!(s, length, 0);
  }
  assert(offered > 0 && offered < 60, `${offered}`);
});

Deno.test("requests do not see each other's text, and one that ended is forgotten", async () => {
  const live = open({ guesses: 3 });
  const [a, b] = [sequence([1, 2, 3, 1, 2], "a"), sequence([1, 2], "b")];
  assertEquals([(await draft(live, a, 2)).tokens, (await draft(live, b)).tokens], [[3, 1], []]);
  live.finish!(a);
  assertEquals((await draft(live, sequence([1, 2], "a"), 2)).tokens, []);
});

Deno.test("a number of guesses that no step can have is a user's mistake", () => {
  for (const guesses of [0, 33, 1.5, NaN]) {
    assertThrows(() => promptLookup({ guesses }), UserError, "Cannot look up guesses");
  }
});
