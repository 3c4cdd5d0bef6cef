import { assertEquals } from "@std/assert";
import type { Check } from "../../evals/mod.ts";
import {
  amount,
  change,
  changeInterval,
  level,
  limit,
  measured,
  probability,
  unitName,
} from "../../results/figures.ts";
import { breaches, check, guard, law } from "./fixture.ts";

for (
  const [one, cells] of [
    [check(0.003, -0.003, 0.009), ["−0.3 pp", "[−0.9, +0.3]", "margin −2.0 pp"]],
    [guard(0.02, -0.06, 0.13), ["−0.020 nats", "[−0.130, +0.060]", "guard −0.100 nats"]],
    [guard(0.4, 0.1, 0.7, { unit: "logits", allowed: 0.5 }), [
      "−0.400 logits",
      "[−0.700, −0.100]",
      "guard −0.500 logits",
    ]],
    [check(0.004, 0.001, 0.007, { unit: "bits/byte" }), [
      "−0.004 bits",
      "[−0.007, −0.001]",
      "margin −0.020 bits",
    ]],
    [guard(0.4, -1e9, 1e9), ["−0.400 nats", "unbounded", "guard −0.100 nats"]],
    [breaches(2), ["2 breaches", "", "none allowed"]],
    [law(0.0314, 0.0121), ["p 0.031", "variation 0.012", "limit p 0.001"]],
  ] as readonly (readonly [Check, readonly string[]])[]
) {
  Deno.test(`a check by ${one.rule} in ${one.unit} is told as ${cells[0]} ${cells[1]}`, () => {
    assertEquals([change(one), changeInterval(one), limit(one)], cells);
  });
}

Deno.test("what is only reported has no limit", () => {
  const { allowed: _, decision: _d, ...reported } = check(0.003, -0.003, 0.009);
  assertEquals(limit(reported), "not judged");
});

for (
  const [p, said] of [[1, "p 1.00"], [0.05, "p 0.050"], [0.001, "p 0.001"], [2e-7, "p 2e-7"], [
    0,
    "p 0",
  ]] as const
) {
  Deno.test(`the probability ${p} is ${said}`, () => assertEquals(probability(p), said));
}

Deno.test("amounts and levels have as many digits as their unit carries", () => {
  assertEquals([amount(0.0131, "fraction", true), amount(-0.0131, "nats/token"), amount(1200, "breaches")], [
    "+1.3",
    "−0.013",
    "1,200",
  ]);
  assertEquals([measured(0.02, "fraction"), unitName("p")], ["2.0 pp", ""]);
  assertEquals([level(0.412, "fraction"), level(2.31, "logits"), level(0.3, "p"), level(NaN, "logits")], [
    "41.2 %",
    "2.310",
    "p 0.30",
    "–",
  ]);
});
