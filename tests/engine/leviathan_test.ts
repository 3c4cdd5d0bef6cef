import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { chain, checkDraft, drawGuess, type Sampling, type Sequence, verify } from "../../engine/mod.ts";
import { acceptanceOf, residual } from "../../engine/leviathan.ts";
import { distribution, type Law } from "../../engine/sampling.ts";

const VOCABULARY = 6;
const SAMPLINGS: readonly Omit<Sampling, "seed">[] = [
  { temperature: 1 },
  { temperature: 0.6, topP: 0.8 },
  { temperature: 1.4, topK: 3 },
  { temperature: 1, topK: 4, topP: 0.9 },
];

/** Logits of a few rows, the same for the same number. */
function logitsOf(number: number, rows: number): Float32Array {
  let state = number;
  return Float32Array.from({ length: rows * VOCABULARY }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 4 * state / 2 ** 32;
  });
}

const at = ({ ids, probabilities }: Law, id: number) => probabilities[ids.indexOf(id)] ?? 0;

Deno.test("whatever the drafter's law, what comes out has the target's, to the last digit", () => {
  for (let number = 1; number <= 50; number++) {
    for (const sampling of SAMPLINGS) {
      const p = distribution(logitsOf(number, 1), { ...sampling, seed: 0 });
      for (const q of [distribution(logitsOf(number + 1000, 1), { ...sampling, seed: 0 }), p]) {
        const accepted = q.ids.map((x, i) => q.probabilities[i]! * acceptanceOf(p, q, x));
        const rejected = 1 - accepted.reduce((sum, value) => sum + value, 0);
        const left = residual(p, q);
        for (let y = 0; y < VOCABULARY; y++) {
          const out = (accepted[q.ids.indexOf(y)] ?? 0) + rejected * at(left, y);
          assertAlmostEquals(out, at(p, y), 1e-12);
        }
      }
    }
  }
});

Deno.test("pairs of tokens that were drafted and verified come as often as their law says", () => {
  const DRAWS = 20_000;
  for (const sampling of SAMPLINGS) {
    const target = logitsOf(7, 3);
    const drafter = logitsOf(8, 2);
    const counts = new Map<string, number>();
    let accepted = 0;
    for (let seed = 0; seed < DRAWS; seed++) {
      const own = { ...sampling, seed };
      const sequence: Sequence = {
        request: { id: "r", prompt: [1], maxTokens: 9, stop: [], sampling: own },
        tokens: [1],
        prompted: 1,
      };
      const guesses = [0, 1].map((i) =>
        drawGuess(drafter.subarray(i * VOCABULARY, (i + 1) * VOCABULARY), own, 1 + i)
      );
      const draft = { ...chain(guesses.map(({ token }) => token)), laws: guesses.map(({ law }) => law) };
      const { tokens, rows } = verify(sequence, draft, target, VOCABULARY);
      assertEquals(tokens.length, rows.length);
      accepted += rows.length - 1;
      // A second token is there where the first was accepted, by the rows' own logits whatever came before.
      if (tokens.length > 1) counts.set(`${tokens[1]}`, (counts.get(`${tokens[1]}`) ?? 0) + 1);
      counts.set(`first ${tokens[0]}`, (counts.get(`first ${tokens[0]}`) ?? 0) + 1);
    }
    assert(accepted > DRAWS / 4);
    const laws = [0, 1].map((i) =>
      distribution(target.subarray(i * VOCABULARY, (i + 1) * VOCABULARY), { ...sampling, seed: 0 })
    );
    const seconds = [...counts].filter(([key]) => !key.startsWith("first"))
      .reduce((sum, [, count]) => sum + count, 0);
    for (const [prefix, law, draws] of [["first ", laws[0]!, DRAWS], ["", laws[1]!, seconds]] as const) {
      law.ids.forEach((id, i) => {
        const p = law.probabilities[i]!;
        const deviation = Math.sqrt(draws * p * (1 - p));
        const off = Math.abs((counts.get(`${prefix}${id}`) ?? 0) - draws * p);
        assert(off <= 4 * deviation, `${prefix}${id}: ${off / deviation} standard deviations`);
      });
    }
  }
});

Deno.test("guesses that were drawn must be a chain with a law each", () => {
  const law = { ids: [3], probabilities: [1] };
  checkDraft({ ...chain([3, 4]), laws: [law, law] });
  for (
    const draft of [{ ...chain([3, 4]), laws: [law] }, { tokens: [3, 4], parent: [-1, -1], laws: [law, law] }]
  ) {
    assertThrows(() => checkDraft(draft), RangeError, "a chain with a law each");
  }
});
