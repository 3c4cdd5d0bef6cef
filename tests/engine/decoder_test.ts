import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  checkDraft,
  type Draft,
  drawToken,
  type Sampling,
  type Sequence,
  topTwo,
  verify,
} from "../../engine/mod.ts";

const VOCABULARY = 4;
const PROMPT = [1, 2, 3];

/** Logits after a text: anything, as long as they depend on all of it. */
function logitsAfter(tokens: readonly number[]): Float32Array {
  let state = 17;
  for (const token of tokens) state = (Math.imul(state ^ token, 0x9e3779b1) >>> 0) ^ (state >>> 9);
  return Float32Array.from({ length: VOCABULARY }, (_, v) => {
    const mixed = Math.imul(state + v * 977, 0x85ebca6b) >>> 0;
    return (mixed ^ (mixed >>> 13)) % 1000 / 250;
  });
}

/** One row for the last token and one for each guess, each after its own path. */
function rowsOf({ tokens, parent }: Draft): Float32Array {
  const path = (i: number): number[] => (i < 0 ? [] : [...path(parent[i]!), tokens[i]!]);
  const rows = [-1, ...tokens.keys()].map((i) => logitsAfter([...PROMPT, ...path(i)]));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

function plainly(count: number, sampling?: Sampling): number[] {
  const tokens = [...PROMPT];
  for (let i = 0; i < count; i++) {
    const row = logitsAfter(tokens);
    tokens.push(sampling ? drawToken(row, sampling, tokens.length) : topTwo(row).top);
  }
  return tokens.slice(PROMPT.length);
}

const sequence = (sampling?: Sampling): Sequence => ({
  request: { id: "r", prompt: PROMPT, maxTokens: 99, stop: [], ...(sampling ? { sampling } : {}) },
  tokens: PROMPT,
  prompted: PROMPT.length,
});
const tree = fc.array(fc.tuple(fc.nat(VOCABULARY - 1), fc.nat(1000)), { maxLength: 14 }).map((
  rows,
): Draft => ({
  tokens: rows.map(([token]) => token),
  parent: rows.map(([, draw], i) => draw % (i + 1) - 1),
}));
const sampling = fc.option(
  fc.record({ temperature: fc.constantFrom(0.5, 1, 2), seed: fc.nat(1000) }),
  { nil: undefined },
);

Deno.test("whatever tree is guessed, the tokens are those of plain decoding and the rows lead to them", () => {
  fc.assert(
    fc.property(tree, sampling, (draft, draw) => {
      const { tokens, margins, rows } = verify(sequence(draw), draft, rowsOf(draft), VOCABULARY);
      assertEquals(tokens, plainly(tokens.length, draw));
      assertEquals([margins.length, rows.length, rows[0]], [tokens.length, tokens.length, 0]);
      // Each accepted guess follows the one before it and is the token that was chosen there.
      rows.slice(1).forEach((row, i) => {
        assertEquals([draft.tokens[row - 1], draft.parent[row - 1]], [tokens[i], rows[i]! - 1]);
      });
      const last = rows.at(-1)! - 1;
      assert(!draft.tokens.some((token, i) => draft.parent[i] === last && token === tokens.at(-1)));
    }),
    { seed: 1, numRuns: 500 },
  );
});

Deno.test("a chain of right guesses is accepted whole, with one token more", () => {
  const guesses = plainly(5);
  const draft = { tokens: guesses, parent: guesses.map((_, i) => i - 1) };
  const { tokens, rows } = verify(sequence(), draft, rowsOf(draft), VOCABULARY);
  assertEquals([tokens, rows], [plainly(6), [0, 1, 2, 3, 4, 5]]);
});

Deno.test("a chain is accepted up to its first wrong guess", () => {
  const guesses = plainly(5);
  guesses[2] = (guesses[2]! + 1) % VOCABULARY;
  const draft = { tokens: guesses, parent: guesses.map((_, i) => i - 1) };
  const { tokens, rows } = verify(sequence(), draft, rowsOf(draft), VOCABULARY);
  assertEquals([tokens, rows], [plainly(3), [0, 1, 2]]);
});

Deno.test("in a tree the right branch is accepted, wherever its rows stand", () => {
  const [a, b] = plainly(2) as [number, number];
  const [wrong, other] = [(a + 1) % VOCABULARY, (b + 1) % VOCABULARY];
  const draft = { tokens: [wrong, b, a, other, b], parent: [-1, 0, -1, 2, 2] };
  const { tokens, rows } = verify(sequence(), draft, rowsOf(draft), VOCABULARY);
  assertEquals([tokens, rows], [plainly(3), [0, 3, 5]]);
});

Deno.test("the largest value and its margin are found, the first one on a tie", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 20 }), (values) => {
      const sorted = [...values].sort((x, y) => y - x);
      assertEquals(topTwo(Float32Array.from(values)), {
        top: values.indexOf(sorted[0]!),
        margin: sorted[0]! - sorted[1]!,
      });
    }),
    { seed: 2 },
  );
});

Deno.test("a guess that follows itself, a later one or nothing known is refused", () => {
  for (const parent of [[0], [-1, 1], [-2], [0.5], []]) {
    assertThrows(() => checkDraft({ tokens: parent.length ? parent.map(() => 5) : [5], parent }), RangeError);
  }
  checkDraft({ tokens: [5, 6, 7], parent: [-1, 0, 0] });
});
