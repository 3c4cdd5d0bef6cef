import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TextStream } from "../../../engine/serve/text_stream.ts";

/** A token a byte, as byte-level vocabularies have for what they do not know. */
const bytes = { decode: (ids: readonly number[]) => new TextDecoder().decode(Uint8Array.from(ids)) };
/** A token a character, whose decoder strips the space that a text begins with. */
const stripping = { decode: (ids: readonly number[]) => String.fromCharCode(...ids).replace(/^ /, "") };

function streamed(
  tokenizer: Pick<typeof bytes, "decode">,
  ids: readonly number[],
  stop: readonly string[],
  prompt: readonly number[] = [],
) {
  const stream = new TextStream(tokenizer, stop, prompt);
  const told: string[] = [];
  for (const id of ids) {
    const { text, stopped } = stream.push(id);
    told.push(text);
    if (stopped) return { told, stopped };
  }
  const { text, stopped } = stream.end();
  return { told: [...told, text], stopped };
}

Deno.test("a character of several tokens is told once it is whole", () => {
  const ids = [...new TextEncoder().encode("né🌙!")];
  assertEquals(streamed(bytes, ids, []).told, ["n", "", "é", "", "", "", "🌙", "!", ""]);
});

Deno.test("bytes that are no character at the end are told as what they decode to", () => {
  assertEquals(streamed(bytes, [65, 0xf0, 0x9f], []).told.join(""), "A\ufffd");
});

Deno.test("a space that a decoder strips from a text's beginning is kept where the answer goes on from a prompt", () => {
  assertEquals(streamed(stripping, [32, 98], [], [97]).told, [" ", "b", ""]);
});

Deno.test("of any text and any stops, what is told is the text before the first stop, and never more on the way", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "é", "🌙"), { maxLength: 12 }).map((all) =>
    all.join("")
  );
  const stops = fc.array(letters.filter((text) => text !== ""), { maxLength: 3 });
  fc.assert(
    fc.property(letters, stops, (text, stop) => {
      const { told, stopped } = streamed(bytes, [...new TextEncoder().encode(text)], stop);
      const ends = stop.map((one) => text.indexOf(one)).filter((at) => at >= 0);
      // A stop is seen when its last character is: of two that overlap, the one that ends first.
      const first = Math.min(
        ...stop.map((one) => text.includes(one) ? text.indexOf(one) + one.length : Infinity),
      );
      const begin = Math.min(
        ...stop.map((
          one,
        ) => (text.slice(0, first).includes(one) ? text.slice(0, first).indexOf(one) : Infinity)),
      );
      assertEquals([told.join(""), stopped], [
        ends.length > 0 ? text.slice(0, begin) : text,
        ends.length > 0,
      ]);
    }),
    { numRuns: 2000, seed: 3 },
  );
});
