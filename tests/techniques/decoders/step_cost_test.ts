import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { StepCost } from "../../../techniques/decoders/step_cost.ts";

function timed(...steps: readonly (readonly [rows: number, milliseconds: number, sequences?: number])[]) {
  const cost = new StepCost();
  for (const [rows, milliseconds, sequences = 1] of steps) {
    for (let i = 0; i < 3; i++) cost.timed({ rows, sequences, milliseconds });
  }
  return cost;
}

Deno.test("before a step was timed more rows take more, and none is known", () => {
  const cost = new StepCost();
  assertEquals(cost.of(1, 1), 1);
  assert(cost.of(8, 1) > 1.2 && cost.of(8, 1) < 1.6);
  assertEquals(cost.knows(1), false);
});

Deno.test("what was timed thrice is known, and what lies between lies between", () => {
  const cost = timed([1, 10], [9, 40]);
  assertAlmostEquals(cost.of(1, 1), 10, 1e-9);
  assertAlmostEquals(cost.of(9, 1), 40, 1e-9);
  assert(cost.of(4, 1) > 11 && cost.of(4, 1) < 39);
  assertEquals([cost.knows(1, 1), cost.knows(1, 4), cost.knows(2)], [true, false, false]);
});

Deno.test("a single slow step changes nothing", () => {
  const cost = timed([1, 10]);
  cost.timed({ rows: 1, sequences: 1, milliseconds: 900 });
  assertAlmostEquals(cost.of(1, 1), 10, 1e-9);
});

Deno.test("a lasting change is followed", () => {
  const cost = timed([1, 10]);
  for (let i = 0; i < 9; i++) cost.timed({ rows: 1, sequences: 1, milliseconds: 20 });
  assertAlmostEquals(cost.of(1, 1), 20, 1e-9);
});

Deno.test("numbers of sequences are told apart, and the nearest stands for one that was not timed", () => {
  const cost = timed([1, 10], [8, 30, 8]);
  assertAlmostEquals(cost.of(1, 1), 10, 1e-9);
  assertAlmostEquals(cost.of(8, 8), 30, 1e-9);
  assertAlmostEquals(cost.of(8, 6), 30, 1e-9);
});

Deno.test("steps too short to be a network's tell nothing", () => {
  assertEquals(timed([1, 0.2]).knows(1), false);
});

Deno.test("a number of rows that is no longer run is forgotten", () => {
  const cost = timed([1, 10], [16, 500]);
  for (let i = 0; i < 600; i++) cost.timed({ rows: 1, sequences: 1, milliseconds: 10 });
  assertEquals([cost.knows(1, 1), cost.knows(1, 16)], [true, false]);
});
