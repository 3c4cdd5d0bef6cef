import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "../../engine/mod.ts";
import { lawTest } from "../../evals/mod.ts";

const draws = (n: number, of: (u: number) => number = (u) => u) =>
  Array.from({ length: n }, (_, i) => of(uniform(3, i)));

Deno.test("uniform draws follow their law", () => {
  const { decision, candidate } = lawTest(draws(2000));
  assertEquals(decision, "pass");
  assert(candidate > 0.001 && candidate <= 1);
});

Deno.test("draws that fall where the likeliest token is do not", () => {
  assertEquals(lawTest(draws(200, (u) => u * 0.6)).decision, "fail");
});

Deno.test("draws that are a little too cool do not, where there are enough of them", () => {
  assertEquals(lawTest(draws(4000, (u) => u ** 1.3)).decision, "fail");
});

Deno.test("too few draws can show nothing and pass nothing", () => {
  const { decision, note } = lawTest(draws(19));
  assertEquals([decision, note], ["unsure", "19 draws are too few for a test"]);
});

Deno.test("G and total variation are those of counts that can be reckoned by hand", () => {
  // 30 and 10 of 40 in two halves: G = 2 (30 ln 1.5 + 10 ln 0.5), half the sum of |counts - 20| is 10 of 40.
  const { candidate, loss } = lawTest([
    ...new Array(10).fill(0.1),
    ...new Array(10).fill(0.3),
    ...new Array(10).fill(0.6),
    ...new Array(10).fill(0.9),
  ]);
  assertAlmostEquals(candidate, 1, 1e-12);
  assertAlmostEquals(loss, 0, 1e-12);
  const half = lawTest([...new Array(15).fill(0.45), ...new Array(5).fill(0.65)]);
  // Chi-square of 1 degree of freedom beyond G = 2 (15 ln 1.5 + 5 ln 0.5) = 5.232: p = 0.0222, which counts twice.
  assertAlmostEquals(half.candidate, 0.0444, 4e-4);
  assertAlmostEquals(half.loss, 0.25, 1e-12);
});

Deno.test("a mean off the middle is seen sooner than by counts", () => {
  const { candidate } = lawTest([...new Array(15).fill(0.1), ...new Array(5).fill(0.9)]);
  // 12 x 20 x 0.2 x 0.2 = 9.6, beyond which chi-square of 1 degree of freedom has 0.00195, which counts twice.
  assertAlmostEquals(candidate, 0.0039, 1e-4);
});

Deno.test("about one in a thousand true draws is refused, and not one in a hundred", () => {
  const refused =
    Array.from({ length: 1000 }, (_, t) => lawTest(Array.from({ length: 100 }, (_, i) => uniform(t + 11, i))))
      .filter(({ decision }) => decision !== "pass").length;
  assert(refused <= 8, `${refused} of 1000`);
});
