/** How many guesses of a tree requests get, by what was expected of them and what became of it. */
import { assert, assertEquals } from "@std/assert";
import { type Sequence, uniform } from "../../../engine/mod.ts";
import { Pace } from "../../../techniques/decoders/pace.ts";

/** Chances of a tree's guesses; one depth only, so that at most one is right. */
const TREE = [0.4, 0.16, 0.09, 0.06, 0.045, 0.035, 0.03, 0.025, 0.02, 0.018, 0.016, 0.014] as const;
const sequence = (id: string): Sequence => ({
  request: { id, prompt: [1], maxTokens: 9, stop: [] },
  tokens: [1],
  prompted: 1,
});
const cost = (rows: number) => 30 * (1 + 0.045 * (rows - 1));
const expected = (length: number) => TREE.slice(0, length).reduce((sum, chance) => sum + chance, 0);
const rate = (ratio: number, length: number) => (1 + ratio * expected(length)) / cost(length + 1);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Lengths that requests get whose guesses are right so much more often than is expected, step by step. */
function run(pace: Pace, ratios: Readonly<Record<string, number>>, steps: number): Record<string, number[]> {
  const lengths: Record<string, number[]> = {};
  const ids = Object.keys(ratios);
  for (let step = 0; step < steps; step++) {
    const given = pace.lengths(ids.map((id) => ({ sequence: sequence(id), room: TREE.length, tree: TREE })));
    const rows = ids.length + given.reduce((sum, length) => sum + length, 0);
    pace.timed({ rows, sequences: ids.length, milliseconds: cost(rows) });
    ids.forEach((id, i) => {
      (lengths[id] ??= []).push(given[i]!);
      if (given[i]! === 0) return;
      const right = uniform(i + 1, step) < ratios[id]! * expected(given[i]!);
      pace.observed(sequence(id), given[i]!, Number(right));
    });
  }
  return lengths;
}

for (const ratio of [0.5, 1, 1.1]) {
  Deno.test(`trees grow as long as they pay where guesses are right ${ratio} times as often as expected`, () => {
    const lengths = run(new Pace(), { r: ratio }, 600).r!.slice(200);
    const best = Math.max(...[0, ...TREE].map((_, length) => rate(ratio, length)));
    assert(mean(lengths.map((length) => rate(ratio, length))) / best > 0.97);
  });
}

Deno.test("a request whose guesses are never right gets none but probes, and others theirs", () => {
  const { good, bad } = run(new Pace(), { good: 1.1, bad: 0 }, 400);
  assert(mean(good!.slice(200)) > 2);
  assert(mean(bad!.slice(200)) < 0.3);
});

Deno.test("a tree costs one run of the drafter, however deep", () => {
  const lengthsAt = (milliseconds: number) => {
    const pace = new Pace();
    run(pace, { r: 1 }, 50);
    pace.drafted(1, milliseconds);
    return pace.lengths([{ sequence: sequence("r"), room: TREE.length, tree: TREE }])[0]!;
  };
  assert(lengthsAt(1) > 1);
  assertEquals(lengthsAt(30), 0);
});
