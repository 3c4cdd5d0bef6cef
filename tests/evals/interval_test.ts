import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "../../engine/mod.ts";
import { type Difference, estimate, type PairedSample } from "../../evals/mod.ts";
import { CANTELLI, gather, kindOf, moments } from "../../evals/interval.ts";
import { tango } from "../../evals/tango.ts";

/** `up` samples won, `down` lost, of `n`. */
const flips = (n: number, up: number, down: number): Difference[] =>
  Array.from({ length: n }, (_, i) => ({
    cluster: `${i}`,
    difference: i < up ? 1 : i < up + down ? -1 : 0,
    weight: 1,
  }));

const amounts = (values: readonly number[]): Difference[] =>
  values.map((difference, i) => ({ cluster: `${i}`, difference, weight: 1 }));

Deno.test("flips of lone samples have Tango's interval", () => {
  const { mean, interval } = estimate(flips(618, 28, 25), "flips");
  const [low, high] = tango({ n: 618, up: 28, down: 25 });
  assertEquals({ mean, interval }, { mean: 3 / 618, interval: { low, high, level: 0.9 } });
});

Deno.test("scores of yes and no are flips, whatever came out; weighted or graded ones are amounts", () => {
  const sample = { id: "a", cluster: "a", base: 1, candidate: 1, weight: 1 } satisfies PairedSample;
  assertEquals(kindOf([sample, { ...sample, candidate: 0 }]), "flips");
  assertEquals(kindOf([sample, { ...sample, weight: 2 }]), "amounts");
  assertEquals(kindOf([sample, { ...sample, base: 0.5, candidate: 0.5 }]), "amounts");
});

Deno.test("weighted clusters give the ratio estimator and its linearised error, worked by hand", () => {
  // Mean (2·1 + 1·2 + 1·4) / 4 = 2; residuals of the clusters -2 + 0 and 2; error √(2/1 · 8) / 4 = 1.
  const found = moments(gather([
    { cluster: "a", difference: 1, weight: 2 },
    { cluster: "a", difference: 2, weight: 1 },
    { cluster: "b", difference: 4, weight: 1 },
  ]));
  assertEquals(found, { mean: 2, error: 1, clusters: 2 });
});

Deno.test("one cluster says nothing of how clusters differ: its interval has no bounds", () => {
  const { interval } = estimate(
    [0.1, 0.2, 0.3].map((difference) => ({ cluster: "a", difference, weight: 1 })),
    "amounts",
  );
  assertEquals([interval.low, interval.high], [-Infinity, Infinity]);
});

Deno.test("amounts that are all alike have an interval of no width", () => {
  const { interval } = estimate(amounts([0.5, 0.5, 0.5]), "amounts");
  assertEquals([interval.low, interval.high], [0.5, 0.5]);
});

Deno.test("the interval of a mirror image is the mirror image", () => {
  const values = Array.from({ length: 30 }, (_, i) => Math.exp(2 * uniform(1, i)));
  const { interval } = estimate(amounts(values), "amounts");
  const mirrored = estimate(amounts(values.map((v) => -v)), "amounts").interval;
  assertAlmostEquals(mirrored.low, -interval.high, 0.02);
  assertAlmostEquals(mirrored.high, -interval.low, 0.02);
});

Deno.test("one cluster of many that lost is bounded by Cantelli's inequality, for resamples without it say nothing", () => {
  const { interval } = estimate(amounts([1, ...new Array<number>(39).fill(0)]), "amounts");
  // With one more at 2, as far beyond 1 as that is beyond 0: mean 3/41, variance of the mean (5 - 9/41) / 40 / 41.
  assertAlmostEquals(interval.high, 3 / 41 + CANTELLI * Math.sqrt((5 - 9 / 41) / 40 / 41), 1e-12);
});

Deno.test("flips of samples that share clusters are not taken for independent", () => {
  const twice = flips(100, 20, 10).map((d, i) => ({ ...d, cluster: `${Math.floor(i / 2)}` }));
  const width = ({ interval }: ReturnType<typeof estimate>) => interval.high - interval.low;
  assert(width(estimate(twice, "flips")) > 1.2 * width(estimate(flips(100, 20, 10), "flips")));
});

/** How often the true difference is above the upper bound in seeded repetitions. */
function missed(repetitions: number, truth: number, draw: (random: () => number) => Difference[]): number {
  let count = 0;
  for (let seed = 0; seed < repetitions; seed++) {
    let at = 0;
    if (truth > estimate(draw(() => uniform(seed, at++)), "amounts", 500).interval.high) count++;
  }
  return count / repetitions;
}

// Three standard errors of a share of 5 % in as many repetitions; tests/bench/gate.md has the rates of many shapes.
const MOST = 0.05 + 3 * Math.sqrt(0.05 * 0.95 / 1000);

Deno.test("the upper bound of uneven weighted clusters misses the true mean in at most about 5 % of draws", () => {
  const share = missed(1000, 0.01, (random) =>
    Array.from({ length: 24 }, (_, cluster) => {
      const shift = random() - 0.5;
      return Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
        cluster: `${cluster}`,
        difference: 0.01 + 0.05 * shift + 0.05 * (random() - 0.5),
        weight: 50 + Math.floor(random() * 200),
      }));
    }).flat());
  assert(share < MOST && share > 0.005, `${share}`);
});

Deno.test("the upper bound of skewed amounts misses the true mean in at most about 5 % of draws, as Student's t does not", () => {
  const share = missed(
    1000,
    1,
    (random) => amounts(Array.from({ length: 40 }, () => -Math.log(1 - random()))),
  );
  assert(share < MOST && share > 0.005, `${share}`);
});
