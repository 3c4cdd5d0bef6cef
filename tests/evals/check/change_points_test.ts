import { assert, assertEquals } from "@std/assert";
import { changePoints, FEWEST_RUNS, levels } from "../../../evals/mod.ts";
import { normals } from "./normals.ts";

/** Runs that spread by one hundredth about each level in turn. */
const runs = (seed: number, ...parts: readonly (readonly [count: number, level: number])[]) =>
  parts.flatMap(([count, level], i) => normals(100 * seed + i, count).map((z) => level + z / 100));

Deno.test("a change that stays is found where it came, and a series without one is whole", () => {
  assertEquals(changePoints(runs(1, [12, 0], [10, -0.05])), [12]);
  assertEquals(changePoints(runs(2, [22, 0])), []);
  assertEquals(changePoints(runs(3, [12, 0], [12, -0.06], [12, 0.02])), [12, 24]);
});

Deno.test("one evening of its own is no change", () => {
  const values = [...runs(4, [20, 0])];
  values[9] = -0.4;
  assertEquals(changePoints(values), []);
});

Deno.test("of series that never change at most one in twenty is cut", () => {
  const cut = Array.from({ length: 300 }, (_, i) => changePoints(normals(i, 16)).length > 0).filter(Boolean);
  // 15 are expected where the rate is one in twenty, and 24 or more in one of eighty such tests.
  assert(cut.length < 24, `${cut.length} of 300`);
});

Deno.test("a change is found in eight runs, and in seven nothing can be told from chance", () => {
  const values = runs(5, [4, 0], [4, -0.2]);
  assertEquals([FEWEST_RUNS, changePoints(values)], [8, [4]]);
  assertEquals(changePoints(values.slice(1)), []);
});

Deno.test("equal values hold no change", () => {
  assertEquals(changePoints(Array.from({ length: 20 }, () => 0.3)), []);
});

Deno.test("levels are the values between changes", () => {
  assertEquals(levels([1, 2, 3, 4, 5], [2, 4]), [[1, 2], [3, 4], [5]]);
  assertEquals(levels([1, 2], []), [[1, 2]]);
});
