import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { NOWHERE, SuffixAutomaton } from "../../../techniques/decoders/suffix_automaton.ts";

function made(text: readonly number[]): SuffixAutomaton {
  const automaton = new SuffixAutomaton();
  for (const token of text) automaton.append(token);
  return automaton;
}

/** Length and latest end of the longest suffix of `other` that ends in `text` before `until`. */
function longest(text: readonly number[], other: readonly number[], until = text.length) {
  for (let length = Math.min(other.length, until); length > 0; length--) {
    for (let end = until - 1; end >= length - 1; end--) {
      const start = end - length + 1;
      if (other.slice(other.length - length).every((token, i) => text[start + i] === token)) {
        return { length, end };
      }
    }
  }
  return { length: 0, end: -1 };
}

const texts = fc.integer({ min: 1, max: 5 }).chain((letters) =>
  fc.array(fc.integer({ min: 0, max: letters - 1 }), { maxLength: 60 })
);

Deno.test("after each token the longest suffix that occurred before is known, at a place where it did", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const automaton = new SuffixAutomaton();
      text.forEach((token, i) => {
        automaton.append(token);
        const { length, end } = automaton.match;
        assertEquals(length, longest(text.slice(0, i + 1), text.slice(0, i + 1), i).length);
        if (length === 0) return;
        assert(end < i && end >= length - 1);
        assertEquals(text.slice(end - length + 1, end + 1), text.slice(i - length + 1, i + 1));
      });
    }),
    { numRuns: 400, seed: 7 },
  );
});

Deno.test("the place is the last one, where no more than sixteen suffixes occurred at different places", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }), (text) => {
      const automaton = new SuffixAutomaton();
      text.forEach((token, i) => {
        automaton.append(token);
        const own = text.slice(0, i + 1);
        assertEquals(automaton.match, longest(own, own, i));
      });
    }),
    { numRuns: 400, seed: 7, examples: [[[1, 2, 7, 3, 1, 2, 5, 3, 1, 2]]] },
  );
});

Deno.test("another text is followed to its longest suffix that occurs in this one", () => {
  fc.assert(
    fc.property(texts, texts, (text, other) => {
      const automaton = made(text);
      let place = NOWHERE;
      other.forEach((token, i) => {
        place = automaton.follow(place, token);
        const own = other.slice(0, i + 1);
        const { length, end } = automaton.at(place);
        assertEquals(length, longest(text, own).length);
        assertEquals(text.slice(end - length + 1, end + 1), own.slice(own.length - length));
      });
    }),
    { numRuns: 400, seed: 7 },
  );
});

Deno.test("what follows ends with the text, or goes on as if that repeated itself", () => {
  const automaton = made([1, 2, 3, 4]);
  assertEquals(automaton.after(1, 5, false), [3, 4]);
  assertEquals(automaton.after(1, 5, true), [3, 4, 3, 4, 3]);
  assertEquals(automaton.after(3, 5, true), []);
});

Deno.test("a text of one token over and over, and one without any twice, are read in about linear time", () => {
  for (const token of [() => 7, (i: number) => i]) {
    const automaton = new SuffixAutomaton();
    for (let i = 0; i < 50_000; i++) automaton.append(token(i));
    assertEquals(automaton.size, 50_000);
  }
});
