import { assertEquals } from "@std/assert";
import { compare } from "../../evals/mod.ts";
import { confidence } from "../../results/figures.ts";
import { flips, graded } from "../../results/flips.ts";
import { check } from "./fixture.ts";

const sample = (id: string, base: number, candidate: number) => ({
  id,
  cluster: id,
  base,
  candidate,
  weight: 1,
});

Deno.test("one is right where more is better, and no more than a yes where it is worse or neither", () => {
  const better = check(0.1, 0, 0.2, { base: 0.9, candidate: 0.8 });
  const worse = check(0.1, 0, 0.2, { base: 0.1, candidate: 0.2 });
  const neither = check(0, 0, 0, { base: 0.5, candidate: 0.5, eitherWay: true });
  assertEquals([better, worse, neither].map((one) => [graded(1, one), graded(0, one)]), [
    ["right", "wrong"],
    ["yes", "no"],
    ["yes", "no"],
  ]);
});

Deno.test("what may change neither way is sorted by the way it went, though as many went each", () => {
  const samples = [sample("rose", 0, 1), sample("fell", 1, 0)];
  const { lost, won } = flips(
    check(0, -0.1, 0.1, { base: 0.5, candidate: 0.5, eitherWay: true, rule: "guard", samples }),
  );
  assertEquals([lost, won].map((list) => list.map(({ id }) => id)), [["rose"], ["fell"]]);
});

Deno.test("an answer that is another than the baseline's is changed, neither right nor wrong", () => {
  const pair = (id: string, candidate: number) => ({ id, cluster: id, weight: 1, base: 0, candidate });
  for (const changed of [0, 3]) {
    const churn = compare(
      { name: "churn", unit: "fraction", better: "lower", rule: "guard", allowed: 0.1 },
      { eval: "arc_easy", when: "quiet", against: "baseline" },
      Array.from({ length: 40 }, (_, i) => pair(`q${i}`, Number(i < changed))),
    );
    assertEquals([0, 1].map((value) => graded(value, churn)), ["same", "changed"]);
    assertEquals([flips(churn).lost.length, flips(churn).won.length], [changed, 0]);
  }
});

Deno.test("the level of an interval keeps its digits", () => {
  assertEquals([0.9, 0.998, 0.9998, 1].map(confidence), ["90 %", "99.8 %", "99.98 %", "100 %"]);
});
