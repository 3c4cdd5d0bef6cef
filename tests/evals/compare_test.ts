import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { uniform, UserError } from "../../engine/mod.ts";
import { compare, type Metric, type PairedSample } from "../../evals/mod.ts";

const CONTEXT = { eval: "made_up", when: "quiet", against: "baseline" } as const;
const ACC: Metric = { name: "acc", unit: "fraction", better: "higher", allowed: 0.02, chance: 0.25 };
const NLL: Metric = { name: "nll", unit: "nats/token", better: "lower", allowed: 0.02 };
const EXACT: Metric = { name: "divergent", unit: "breaches", better: "lower", rule: "exact" };

/** `right` of `n` right on both sides, but for `lost` and `won` ones. */
function answers(n: number, right: number, lost: number, won: number): PairedSample[] {
  return Array.from({ length: n }, (_, i) => {
    const base = Number(i < right);
    const candidate = i < lost ? 0 : i >= n - won ? 1 : base;
    return { id: `${i}`, cluster: `${i}`, base, candidate, weight: 1 };
  });
}

/** Texts whose losses are `mean` give or take `spread` in turn. */
const losses = (n: number, mean: number, spread: number): PairedSample[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${i}`,
    cluster: `${i}`,
    base: 3,
    candidate: 3 + mean + (i % 2 === 0 ? spread : -spread),
    weight: 100,
  }));

Deno.test("no loss on enough questions is a pass", () => {
  const check = compare(ACC, CONTEXT, answers(500, 300, 0, 0));
  assertEquals([check.decision, check.loss, check.base, check.candidate], ["pass", 0, 0.6, 0.6]);
});

Deno.test("the same lack of loss on too few questions is unsure", () => {
  assertEquals(compare(ACC, CONTEXT, answers(130, 100, 0, 0)).decision, "unsure");
});

Deno.test("a loss whose lower bound is beyond the margin is a fail", () => {
  const check = compare(ACC, CONTEXT, answers(500, 300, 40, 0));
  assertEquals([check.decision, check.loss], ["fail", 0.08]);
  assert(check.interval.low > 0.02);
});

Deno.test("a loss is positive where the candidate is worse, in whichever direction better lies", () => {
  assertAlmostEquals(compare(NLL, CONTEXT, losses(30, 0.05, 0.001)).loss, 0.05, 1e-9);
  assertAlmostEquals(compare(ACC, CONTEXT, answers(100, 50, 5, 0)).loss, 0.05, 1e-9);
});

Deno.test("a decision turns exactly where the bound crosses the margin", () => {
  const samples = losses(30, 0.01, 0.01);
  const { high, low } = compare(NLL, CONTEXT, samples).interval;
  const at = (allowed: number) => compare({ ...NLL, allowed }, CONTEXT, samples).decision;
  assertEquals([at(high), at(high + 1e-12)], ["unsure", "pass"]);
  assertEquals([at(low), at(low - 1e-12)], ["unsure", "fail"]);
});

Deno.test("a baseline that guesses carries no pass, however like it the candidate is", () => {
  const check = compare(ACC, CONTEXT, answers(500, 140, 0, 0));
  assertEquals([check.decision, check.needed], ["unsure", undefined]);
  assertEquals(
    check.note,
    "the baseline is not shown to stand three margins above chance here, so this can carry no pass",
  );
});

Deno.test("a guard on which the baseline guesses still refuses a shown loss, and says that it carries no pass", () => {
  const guard: Metric = { ...ACC, rule: "guard" };
  const note =
    "the baseline is not shown to stand three margins above chance here, so this can carry no pass";
  const found = [answers(500, 140, 0, 0), answers(500, 140, 100, 0), answers(500, 300, 0, 0)]
    .map((samples) => compare(guard, CONTEXT, samples));
  assertEquals(found.map((check) => [check.decision, check.note]), [["pass", note], ["fail", note], [
    "pass",
    undefined,
  ]]);
});

Deno.test("a baseline that guesses carries no fail either", () => {
  assertEquals(compare(ACC, CONTEXT, answers(500, 140, 60, 0)).decision, "unsure");
});

Deno.test("a margin wider than the board's is marked", () => {
  const wide = compare({ ...ACC, allowed: 0.05 }, CONTEXT, answers(500, 400, 0, 0));
  assertEquals([wide.decision, wide.note], ["pass", "wider than the board's margin: ranks nowhere"]);
  assertEquals(compare(ACC, CONTEXT, answers(500, 400, 0, 0)).note, undefined);
});

Deno.test("an exact metric passes at no breach and fails at one", () => {
  const none = compare(EXACT, CONTEXT, answers(12, 0, 0, 0));
  const one = compare(EXACT, CONTEXT, answers(12, 0, 0, 1));
  assertEquals([none.decision, none.loss, one.decision, one.loss], ["pass", 0, "fail", 1]);
});

Deno.test("a metric without a margin is reported and not judged", () => {
  const { allowed: _, ...reported } = NLL;
  const check = compare(reported, CONTEXT, losses(30, 0.5, 0.01));
  assertEquals([check.decision, check.allowed], [undefined, undefined]);
});

Deno.test("a margin of nothing cannot be judged by", () => {
  assertThrows(() => compare({ ...ACC, allowed: 0 }, CONTEXT, answers(10, 5, 0, 0)), UserError, "above 0");
});

Deno.test("breaches have no margin", () => {
  const metric: Metric = { name: "lost", unit: "breaches", better: "lower", rule: "exact", allowed: 1 };
  assertThrows(() => compare(metric, CONTEXT, answers(10, 5, 0, 0)), UserError, "no margin");
});

Deno.test("no samples cannot be judged", () => {
  assertThrows(() => compare(ACC, CONTEXT, []), UserError, "must have samples");
});

Deno.test("a score that is no number is named by its sample", () => {
  const samples = losses(3, 0, 0).map((s, i) => (i === 1 ? { ...s, candidate: NaN } : s));
  assertThrows(() => compare(NLL, CONTEXT, samples), RangeError, "sample 1 has 3 and NaN");
});

Deno.test("a baseline without a score is the user's to mend", () => {
  const samples = losses(3, 0, 0).map((s, i) => (i === 1 ? { ...s, base: NaN } : s));
  assertThrows(() => compare(NLL, CONTEXT, samples), UserError, "Its model may be damaged");
});

Deno.test("samples are weighted by their tokens", () => {
  const [light, heavy] = losses(2, 0, 0.1);
  const check = compare(NLL, CONTEXT, [{ ...light!, weight: 300 }, { ...heavy!, weight: 100 }]);
  assertAlmostEquals(check.loss, 0.05, 1e-9);
});

Deno.test("where no number of samples would decide, none is named", () => {
  assertEquals(compare(NLL, CONTEXT, losses(1, 0, 0)).needed, undefined);
  assertEquals(
    compare(
      { ...NLL, allowed: 0.5 },
      CONTEXT,
      [0, 1].map((i) => ({ ...losses(1, i, 0)[0]!, cluster: `${i}` })),
    ).needed,
    undefined,
  );
});

Deno.test("with no flips the number that would decide is the least that passes", () => {
  const { needed } = compare(ACC, CONTEXT, answers(100, 90, 0, 0));
  assertEquals(compare(ACC, CONTEXT, answers(needed! - 1, needed! - 2, 0, 0)).decision, "unsure");
  assertEquals(compare(ACC, CONTEXT, answers(needed! + 1, needed!, 0, 0)).decision, "pass");
});

Deno.test("for nats the number that would decide follows the spread, not the rule of fractions", () => {
  const check = compare(NLL, CONTEXT, losses(6, 0.005, 0.03));
  assertEquals(check.decision, "unsure");
  assert(check.needed! > 6 && check.needed! < 60, `${check.needed}`);
});

Deno.test("as many samples as were named decide in about four of five draws", () => {
  const draw = (seed: number, n: number) =>
    Array.from({ length: n }, (_, i): PairedSample => {
      const normal = Math.sqrt(-2 * Math.log(1 - uniform(seed, 2 * i))) *
        Math.cos(2 * Math.PI * uniform(seed, 2 * i + 1));
      return { id: `${i}`, cluster: `${i}`, base: 3, candidate: 3.01 + 0.05 * normal, weight: 1 };
    });
  const spread = losses(40, 0.01, 0.05);
  const { needed, decision } = compare(NLL, CONTEXT, spread);
  assertEquals(decision, "unsure");
  const decided =
    Array.from({ length: 400 }, (_, seed) => compare(NLL, CONTEXT, draw(seed, needed!), {}, 500).decision)
      .filter((one) => one === "pass").length / 400;
  assert(decided > 0.72 && decided < 0.88, `${decided}`);
});

Deno.test("a true loss at the margin passes in at most about one of twenty draws", () => {
  const passes = Array.from({ length: 1000 }, (_, seed) => {
    const samples = Array.from({ length: 400 }, (_, i): PairedSample => {
      const [base, u] = [Number(uniform(seed, 2 * i) < 0.7), uniform(seed, 2 * i + 1)];
      const candidate = base === 1 ? Number(u > 0.06) : Number(u < (0.7 * 0.06 - 0.02) / 0.3);
      return { id: `${i}`, cluster: `${i}`, base, candidate, weight: 1 };
    });
    return compare(ACC, CONTEXT, samples).decision === "pass";
  }).filter(Boolean).length / 1000;
  assert(passes < 0.071, `${passes}`);
});

Deno.test("judged in turn, the bounds are wider than over a fixed plan, for they hold at every look", () => {
  const samples = answers(500, 400, 3, 3);
  const [once, inTurn] = [false, true].map((inTurn) => compare(ACC, CONTEXT, samples, { inTurn }).interval);
  assert(inTurn!.high > once!.high && inTurn!.low < once!.low);
});

Deno.test("a pass on amounts takes clusters enough to show how skewed losses are", () => {
  const few = compare(NLL, CONTEXT, losses(19, 0, 0.001));
  assertEquals([few.decision, few.needed, few.note], [
    "unsure",
    20,
    "19 clusters are too few to show how skewed losses are: a pass takes 20",
  ]);
  assertEquals(compare(NLL, CONTEXT, losses(20, 0, 0.001)).decision, "pass");
});
