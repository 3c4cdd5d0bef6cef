import { assertEquals } from "@std/assert";
import { type Check, judge, verifies } from "../../evals/mod.ts";

const check = (over: Partial<Check> = {}): Check => ({
  eval: "made_up",
  metric: "acc",
  unit: "fraction",
  rule: "margin",
  when: "quiet",
  against: "baseline",
  n: 500,
  clusters: 500,
  base: 0.6,
  candidate: 0.6,
  loss: 0,
  interval: { low: -0.01, high: 0.01, level: 0.9 },
  allowed: 0.02,
  decision: "pass",
  samples: [],
  ...over,
});
const pass = check();
const fail = check({ interval: { low: 0.03, high: 0.05, level: 0.9 }, decision: "fail" });
const unsure = check({ interval: { low: 0, high: 0.04, level: 0.9 }, decision: "unsure" });
const guard = check({ rule: "guard", interval: { low: -0.05, high: 0.3, level: 0.998 } });
const { allowed: _a, decision: _d, ...reported } = check({ interval: { low: 0.5, high: 0.6, level: 0.9 } });

for (
  const [what, checks, kind] of [
    ["nothing judged is unsure", [], "unsure"],
    ["only reported metrics are unsure", [reported], "unsure"],
    ["passes alone are a pass", [pass, pass], "pass"],
    ["a reported metric has no say", [pass, reported], "pass"],
    ["guards alone show nothing and are unsure", [guard], "unsure"],
    ["a guard beside a pass has no more to say", [pass, guard], "pass"],
    ["one unsure among passes is unsure", [pass, unsure], "unsure"],
    ["one fail is a fail, whatever else", [pass, unsure, fail], "fail"],
  ] as const
) {
  Deno.test(`verdict: ${what}`, () => assertEquals(judge(checks).kind, kind));
}

Deno.test("every verdict that was judged verifies", () => {
  for (const checks of [[], [pass], [pass, unsure], [fail]]) assertEquals(verifies(judge(checks)), true);
});

for (
  const [what, checks] of [
    ["an unsure check called a pass", [{ ...unsure, decision: "pass" }]],
    ["a failed check called a pass", [{ ...fail, decision: "pass" }]],
    ["a failed check beside a pass", [pass, fail]],
    ["no checks", []],
    ["reported metrics alone", [reported]],
    ["a pass without a margin", [{ ...reported, decision: "pass" }]],
    ["a bound that is no number", [check({ interval: { low: NaN, high: NaN, level: 0.9 } })]],
    ["a bound that JSON lost", [
      check({ interval: { low: 0, high: null as unknown as number, level: 0.9 }, allowed: -1 }),
    ]],
    ["a guard beyond what it allows", [
      pass,
      check({ rule: "guard", interval: { low: 0.03, high: 0.2, level: 0.998 } }),
    ]],
    ["a change the other way beyond what a guard allows", [
      pass,
      check({ rule: "guard", eitherWay: true, interval: { low: -0.4, high: -0.3, level: 0.998 } }),
    ]],
    ["a failed slice in a pass", [
      check({ slices: [{ name: "late", n: 50, loss: 0.4, low: 0.3, failed: true }] }),
    ]],
    ["a law that was not followed", [
      pass,
      check({ rule: "law", unit: "p", allowed: 0.001, interval: { low: 1e-9, high: 1e-9, level: 1 } }),
    ]],
    ["a breach called a pass", [
      check({ unit: "breaches", rule: "exact", allowed: 0, interval: { low: 1, high: 1, level: 1 } }),
    ]],
    ["a breach with a margin of its own", [
      check({ unit: "breaches", rule: "exact", allowed: 3, interval: { low: 2, high: 2, level: 1 } }),
    ]],
  ] as readonly (readonly [string, readonly Check[]])[]
) {
  Deno.test(`a forged pass is refused: ${what}`, () =>
    assertEquals(verifies({ kind: "pass", checks }), false));
}

Deno.test("a pass called a rejection is refused too", () => {
  assertEquals(verifies({ kind: "fail", checks: [pass] }), false);
});
