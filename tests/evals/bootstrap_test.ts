import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawn, mix, studentized } from "../../evals/bootstrap.ts";

/** Uneven residuals that add up to 0 over clusters of uneven weights. */
const WEIGHTS = Float64Array.from({ length: 12 }, (_, i) => 1 + (i % 4));
const RAW = Float64Array.from({ length: 12 }, (_, i) => ((i * i) % 7) * WEIGHTS[i]!);
const MEAN = RAW.reduce((a, b) => a + b) / WEIGHTS.reduce((a, b) => a + b);
const RESIDUALS = RAW.map((v, i) => v - MEAN * WEIGHTS[i]!);

/** The same worked out slowly, replicate by replicate, from the draws one at a time. */
function slow(share: number, seed: number, replicates: number): readonly [number, number] {
  const n = RESIDUALS.length;
  const ratios = Array.from({ length: replicates }, (_, b) => {
    const places = Array.from({ length: n }, (_, i) => drawn(seed, b, i, n));
    const weight = places.reduce((sum, at) => sum + WEIGHTS[at]!, 0);
    const shift = places.reduce((sum, at) => sum + RESIDUALS[at]!, 0) / weight;
    const squares = places.reduce((sum, at) => sum + (RESIDUALS[at]! - shift * WEIGHTS[at]!) ** 2, 0);
    return shift / (Math.sqrt(n / (n - 1) * squares) / weight);
  }).sort((a, b) => a - b);
  const place = Math.floor((replicates + 1) * share);
  return [ratios[place - 1]!, ratios[replicates - place]!];
}

Deno.test("the quantiles are those of replicates worked out one draw at a time", () => {
  for (const [share, replicates] of [[0.05, 999], [0.05, 500], [0.1, 400]] as const) {
    const [low, high] = studentized(RESIDUALS, WEIGHTS, share, 7, replicates);
    const [slowLow, slowHigh] = slow(share, 7, replicates);
    assertAlmostEquals(low, slowLow, 1e-9);
    assertAlmostEquals(high, slowHigh, 1e-9);
  }
});

Deno.test("a draw hangs on its seed, replicate and place alone, and is the same for ever", () => {
  // Worked out in Python's unbounded integers.
  assertEquals(
    [drawn(1, 0, 0, 1000), drawn(1, 0, 1, 1000), drawn(1, 9999, 39, 1000), drawn(2, 0, 0, 1000)],
    [604, 260, 73, 383],
  );
});

Deno.test("the same clusters give the same bits", () => {
  const once = studentized(RESIDUALS, WEIGHTS, 0.05, 1, 2000);
  assertEquals(studentized(RESIDUALS.slice(), WEIGHTS.slice(), 0.05, 1, 2000), once);
});

Deno.test("each cluster is drawn about equally often, alone and after every other", () => {
  const [n, replicates] = [10, 5000];
  const singles = new Array<number>(n).fill(0);
  const pairs = new Array<number>(n * n).fill(0);
  for (let b = 0; b < replicates; b++) {
    for (let i = 0; i < n; i++) {
      const at = drawn(3, b, i, n);
      singles[at]!++;
      if (i > 0) pairs[drawn(3, b, i - 1, n) * n + at]!++;
    }
  }
  const chi = (counts: readonly number[]) => {
    const expected = counts.reduce((a, b) => a + b) / counts.length;
    return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  };
  // The 99.9 % points of chi-square with 9 and with 99 degrees of freedom.
  assert(chi(singles) < 27.88, `${chi(singles)}`);
  assert(chi(pairs) < 148.23, `${chi(pairs)}`);
});

Deno.test("a resample without spread counts as infinite on the side of its sum", () => {
  // Nine in ten are alike: a third of the resamples leave the other one out.
  const residuals = Float64Array.of(9, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  const [low] = studentized(residuals, new Float64Array(10).fill(1), 0.05, 1, 1000);
  assertEquals(low, -Infinity);
});

Deno.test("the hash never leaves 32 bits and maps no two of many integers together", () => {
  const hashes = new Set(Array.from({ length: 100_000 }, (_, i) => mix(i)));
  assertEquals(hashes.size, 100_000);
  assert([...hashes].every((h) => Number.isInteger(h) && h >= 0 && h < 2 ** 32));
});
