import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  band,
  driftOf,
  joined,
  meanDrift,
  NO_NOISE,
  noisiest,
  TIE,
  tieRate,
  WIDEST,
} from "../../evals/noise.ts";

Deno.test("without any noise the band is that of 32-bit sums", () => {
  assertEquals([band(NO_NOISE), meanDrift(NO_NOISE), tieRate(NO_NOISE)], [TIE, TIE, 0]);
});

Deno.test("the band is twice the largest drift seen, and never wider than a logit", () => {
  assertEquals([band({ ...NO_NOISE, drift: 0.1 }), band({ ...NO_NOISE, drift: 0.9 })], [0.2, WIDEST]);
});

Deno.test("drift is taken position by position, as far as both go", () => {
  const { drift, sum, positions } = driftOf([1, 2, 3, 9], [1, 2.5, 2]);
  assertAlmostEquals(drift, 1, 1e-12);
  assertAlmostEquals(sum, 1.5, 1e-12);
  assertEquals(positions, 3);
});

Deno.test("several answers have the largest drift of all, and all their choices", () => {
  const one = { drift: 0.1, sum: 0.2, positions: 10, ties: 1, answers: 2 };
  const both = joined([one, { ...one, drift: 0.3 }]);
  assertEquals(both, { drift: 0.3, sum: 0.4, positions: 20, ties: 2, answers: 4 });
  assertEquals([meanDrift(both), tieRate(both)], [0.02, 0.5]);
});

Deno.test("of several ways of asking the noisiest counts, whatever others show that differ in nothing", () => {
  const quiet = { drift: 0, sum: 0, positions: 100, ties: 0, answers: 10 };
  const loud = { drift: 0.3, sum: 4, positions: 100, ties: 1, answers: 10 };
  assertEquals(noisiest([quiet, loud, quiet]), loud);
});
