import { assertEquals } from "@std/assert";
import { compare } from "../../evals/mod.ts";
import { flips, graded } from "../../results/flips.ts";
import { confidence } from "../../results/figures.ts";

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
