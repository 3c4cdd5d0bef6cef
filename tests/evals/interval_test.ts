import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "../../engine/mod.ts";
import { type Difference, estimate } from "../../evals/mod.ts";
import { Z95 } from "../../evals/interval.ts";
import { slowTango } from "./tango.ts";

/** `up` samples won, `down` lost, of `n`. */
const flips = (n: number, up: number, down: number): Difference[] =>
  Array.from({ length: n }, (_, i) => ({
    cluster: `${i}`,
    difference: i < up ? 1 : i < up + down ? -1 : 0,
    weight: 1,
  }));

Deno.test("the interval of flips is that of PropCIs' scoreci.mp(25, 28, 618, 0.9)", () => {
  const { mean, interval } = estimate(flips(618, 28, 25));
  assertEquals([interval.low.toFixed(4), interval.high.toFixed(4)], ["-0.0148", "0.0247"]);
  assertEquals([mean, interval.level], [3 / 618, 0.9]);
});

Deno.test("the slow interval is Tango's published one for the airway data of Bentur et al. at 95 %", () => {
  const [low, high] = slowTango(21, 1, 7, 1.959963984540054);
  assertEquals([low.toFixed(3), high.toFixed(3)], ["-0.517", "-0.026"]);
});

for (
  const [n, up, down] of [[50, 12, 2], [500, 0, 0], [500, 30, 0], [44, 0, 1], [300, 25, 31], [
    20,
    20,
    0,
  ]] as const
) {
  Deno.test(`the interval of ${up} gains and ${down} losses in ${n} is the slow one`, () => {
    const { interval } = estimate(flips(n, up, down));
    const [low, high] = slowTango(n, up, down, Z95);
    assertAlmostEquals(interval.low, low, 1e-6);
    assertAlmostEquals(interval.high, high, 1e-6);
  });
}

Deno.test("with no flip at all the interval still has the width of its sample: z² / (n + z²)", () => {
  const { interval } = estimate(flips(500, 0, 0));
  assertAlmostEquals(interval.high, Z95 ** 2 / (500 + Z95 ** 2), 1e-9);
  assertAlmostEquals(interval.low, -interval.high, 1e-9);
});

Deno.test("weighted clusters give the ratio estimator and its linearised error, worked by hand", () => {
  // Mean (2·1 + 1·2 + 1·4) / 4 = 2; residuals of the clusters -2 + 0 and 2; error √(2/1 · 8) / 4 = 1.
  const { mean, error, clusters, interval } = estimate([
    { cluster: "a", difference: 1, weight: 2 },
    { cluster: "a", difference: 2, weight: 1 },
    { cluster: "b", difference: 4, weight: 1 },
  ]);
  assertEquals([mean, error, clusters], [2, 1, 2]);
  // Student's t with one degree of freedom at 0.95 is 6.3138.
  assertAlmostEquals(interval.low, 2 - 6.313752, 1e-5);
  assertAlmostEquals(interval.high, 2 + 6.313752, 1e-5);
});

Deno.test("one cluster says nothing of how clusters differ: its interval has no bounds", () => {
  const { interval } = estimate(
    [0.1, 0.2, 0.3].map((difference) => ({ cluster: "a", difference, weight: 1 })),
  );
  assertEquals([interval.low, interval.high], [-Infinity, Infinity]);
});

Deno.test("flips of samples that share clusters are not taken for independent", () => {
  const twice = flips(100, 20, 10).map((d, i) => ({ ...d, cluster: `${Math.floor(i / 2)}` }));
  const width = ({ interval }: ReturnType<typeof estimate>) => interval.high - interval.low;
  assert(width(estimate(twice)) > 1.2 * width(estimate(flips(100, 20, 10))));
});

/** How often the true difference is above the upper bound in seeded repetitions. */
function missed(repetitions: number, truth: number, draw: (random: () => number) => Difference[]): number {
  let count = 0;
  for (let seed = 0; seed < repetitions; seed++) {
    let at = 0;
    if (truth > estimate(draw(() => uniform(seed, at++))).interval.high) count++;
  }
  return count / repetitions;
}

// Bounds: three standard errors of a share of 5 % in this many repetitions, and what is known of each method.
for (const [n, flipping] of [[100, 0.1], [300, 0.06], [500, 0.2]] as const) {
  Deno.test(`the upper bound misses a loss of 2 points in about 5 % of draws of ${n} with ${flipping * 100} % flips`, () => {
    const share = missed(2000, 0.02, (random) =>
      Array.from({ length: n }, (_, i) => {
        const u = random();
        const difference = u < flipping / 2 + 0.01 ? 1 : u < flipping ? -1 : 0;
        return { cluster: `${i}`, difference, weight: 1 };
      }));
    assert(share < 0.065, `${share}`);
    assert(share > 0.02, `${share}`);
  });
}

Deno.test("the upper bound of uneven weighted clusters misses the true mean in about 5 % of draws", () => {
  const share = missed(2000, 0.01, (random) =>
    Array.from({ length: 24 }, (_, cluster) => {
      const shift = random() - 0.5;
      return Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
        cluster: `${cluster}`,
        difference: 0.01 + 0.05 * shift + 0.05 * (random() - 0.5),
        weight: 50 + Math.floor(random() * 200),
      }));
    }).flat());
  assert(share < 0.075 && share > 0.03, `${share}`);
});
