import { assert, assertEquals } from "@std/assert";
import type { Sequence } from "../../../engine/mod.ts";
import { Lookups } from "../../../techniques/decoders/looked_up.ts";

const sequence = (tokens: readonly number[], id = "r"): Sequence => ({
  request: { id, prompt: tokens.slice(0, 1), maxTokens: 99, stop: [] },
  tokens,
  prompted: 1,
});
/** Asked after each token of a text, the first ones unless told otherwise; what was said last. */
function after(lookups: Lookups, text: readonly number[], id = "r", from = 1) {
  let last = lookups.of(sequence(text.slice(0, from), id), 4);
  for (let count = from + 1; count <= text.length; count++) {
    last = lookups.of(sequence(text.slice(0, count), id), 4);
  }
  return last;
}

Deno.test("what followed the last words is told, at most as many tokens as wished, and nothing after new words", () => {
  const lookups = new Lookups();
  assertEquals(lookups.of(sequence([5, 6, 7, 8, 9, 5, 6]), 2).tokens, [7, 8]);
  assertEquals(lookups.of(sequence([1, 2, 3], "other"), 2), { tokens: [], confidences: [] });
});

Deno.test("guesses that came true are trusted more, those that did not less", () => {
  const repeating = Array.from({ length: 60 }, (_, i) => i % 6);
  const [first] = new Lookups().of(sequence(repeating), 4).confidences;
  const [trusted] = after(new Lookups(), repeating).confidences;
  // After each 0 comes another token than before.
  const turning = Array.from({ length: 60 }, (_, i) => i % 2 === 0 ? 0 : 1 + i);
  const [doubted] = after(new Lookups(), turning.slice(0, -1)).confidences;
  assert(trusted! > 0.8 && trusted! > first! && doubted! < 0.3 && doubted! < first!);
});

Deno.test("what one request showed is believed of the next in part, and of itself until it ends", () => {
  const lookups = new Lookups();
  const repeating = Array.from({ length: 60 }, (_, i) => i % 6);
  after(lookups, repeating);
  const [next] = lookups.of(sequence(repeating, "next"), 4).confidences;
  const [unknown] = new Lookups().of(sequence(repeating, "next"), 4).confidences;
  assert(next! > unknown!);
  lookups.finish(sequence(repeating));
  assertEquals(lookups.of(sequence(repeating), 4).confidences[0], next);
});
