import { assert, assertEquals } from "@std/assert";
import { compare, type Metric, type PairedSample } from "../../evals/mod.ts";
import type { Difference } from "../../evals/interval.ts";
import { beyond, GUARD_LEVEL, slicesOf } from "../../evals/slices.ts";

const CONTEXT = { eval: "made_up", when: "quiet", against: "baseline" } as const;
const NLL: Metric = { name: "nll", unit: "nats/token", better: "lower", allowed: 0.02 };
const GUARD: Metric = { ...NLL, name: "tail", unit: "fraction", rule: "guard" };

/** Texts whose losses are `mean` give or take `spread`. */
const losses = (n: number, mean: number, spread: number): PairedSample[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${i}`,
    cluster: `${i}`,
    base: 3,
    candidate: 3 + mean + (i % 2 === 0 ? spread : -spread),
    weight: 1,
  }));
const differences = (n: number, mean: number, spread: number): Difference[] =>
  losses(n, mean, spread).map(({ cluster, base, candidate, weight }) => ({
    cluster,
    weight,
    difference: candidate - base,
  }));

Deno.test("a part that is shown to lose more than is allowed fails a check whose whole would pass", () => {
  const samples = losses(40, 0, 0.01);
  const slices = new Map([["early", differences(40, -0.1, 0.01)], ["late", differences(40, 0.1, 0.01)]]);
  assertEquals(compare(NLL, CONTEXT, samples).decision, "pass");
  const check = compare(NLL, CONTEXT, samples, { slices });
  assertEquals([check.decision, check.note], ["fail", "shown to lose more than is allowed on late"]);
  assertEquals(check.slices!.map(({ name, failed }) => [name, failed]), [["early", false], ["late", true]]);
});

Deno.test("a part that may only have lost more fails nothing", () => {
  const slices = new Map([["late", differences(8, 0.05, 0.1)]]);
  assertEquals(compare(NLL, CONTEXT, losses(40, 0, 0.01), { slices }).decision, "pass");
});

Deno.test("a loss of a part is a loss in whichever direction better lies", () => {
  const [slice] = slicesOf(new Map([["all", differences(10, 0.3, 0.01)]]), -1, 0.02);
  assert(slice!.loss < 0 && !slice!.failed);
});

Deno.test("fewer than five clusters show nothing", () => {
  const [slice] = slicesOf(new Map([["few", differences(4, 5, 0.01)]]), 1, 0.02);
  assertEquals(slice!.failed, false);
});

Deno.test("the level is shared among the parts", () => {
  const moments = { mean: 0.1, error: 0.01, clusters: 50 };
  assert(beyond(moments, 10).low < beyond(moments).low);
  assertEquals(beyond(moments, 10).level, 1 - 2 * GUARD_LEVEL / 10);
});

Deno.test("a guard passes what is not shown to lose, and fails what is", () => {
  const decision = (mean: number, spread: number) =>
    compare(GUARD, CONTEXT, losses(30, mean, spread)).decision;
  assertEquals([decision(0, 0.1), decision(0.05, 0.2), decision(0.2, 0.1)], ["pass", "pass", "fail"]);
});

Deno.test("a guard against change fails a change in either direction", () => {
  const same: Metric = { ...GUARD, better: "same" };
  for (const mean of [-0.3, 0.3]) {
    assertEquals(compare(same, CONTEXT, losses(30, mean, 0.1)).decision, "fail");
  }
  assertEquals(compare(same, CONTEXT, losses(30, 0, 0.1)).decision, "pass");
});

Deno.test("guards at no loss fail about as seldom as their level says", () => {
  let failed = 0;
  for (let t = 0; t < 500; t++) {
    const samples = losses(20, 0, 0).map((s, i) => ({
      ...s,
      candidate: s.base + 0.02 + 0.1 * Math.sin((t + 1) * 12.9898 + i * 78.233),
    }));
    if (compare(GUARD, CONTEXT, samples).decision === "fail") failed++;
  }
  assert(failed <= 4, `${failed} of 500`);
});
