import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "../../engine/mod.ts";
import { type Difference, estimate } from "../../evals/interval.ts";
import { clustersNeeded, flipsNeeded, POWER, powerOfFlips, samplesNeeded } from "../../evals/power.ts";
import { CONTINUITY, fewest, score, tango, Z95 } from "../../evals/tango.ts";

Deno.test("the power over flips is the sum over every outcome that passes, worked out slowly", () => {
  const [n, discordance, loss, allowed] = [180, 0.03, 0.005, 0.03];
  const [p, q] = [(discordance + loss) / 2, (discordance - loss) / 2];
  const choose = (of: number, k: number) => {
    let product = 1;
    for (let i = 1; i <= k; i++) product *= (of - k + i) / i;
    return product;
  };
  let power = 0;
  for (let up = 0; up <= 40; up++) {
    for (let down = 0; down <= 40; down++) {
      if (score({ n, up, down }, allowed, CONTINUITY) >= -Z95) continue;
      power += choose(n, up) * choose(n - up, down) * p ** up * q ** down * (1 - p - q) ** (n - up - down);
    }
  }
  assertAlmostEquals(powerOfFlips(n, { allowed, discordance, loss }), power, 1e-9);
});

Deno.test("the planned number of flips passes in 80 % of draws, and a tenth fewer do not", () => {
  for (const discordance of [0.02, 0.05, 0.1]) {
    const plan = { allowed: 0.02, discordance };
    const n = flipsNeeded(plan);
    assert(powerOfFlips(n, plan) >= POWER);
    assert(powerOfFlips(Math.floor(0.9 * n), plan) < POWER);
  }
});

Deno.test("where nothing flips the plan is the least number that can pass", () => {
  assertEquals(flipsNeeded({ allowed: 0.02, discordance: 0 }), fewest(0.02));
});

Deno.test("clusters that flip as one take about as many times more samples as they hold", () => {
  const alone = flipsNeeded({ allowed: 0.02, discordance: 0.1 });
  const clustered = flipsNeeded({ allowed: 0.02, discordance: 0.1, size: 5, effect: 5 });
  assert(clustered > 4.8 * alone && clustered < 5.3 * alone, `${clustered} and ${alone}`);
});

Deno.test("the plan of amounts grows with the square of their spread over the margin", () => {
  const near = clustersNeeded({ allowed: 0.02, deviation: 0.2 });
  const far = clustersNeeded({ allowed: 0.02, deviation: 0.4 });
  assert(far > 3.7 * near && far < 4.3 * near, `${near} and ${far}`);
});

Deno.test("skewed amounts take more clusters than normal ones", () => {
  const plan = { allowed: 0.02, deviation: 0.05 };
  assert(clustersNeeded({ ...plan, skewness: 2, kurtosis: 6 }) > 1.3 * clustersNeeded(plan));
});

Deno.test("at the planned number of clusters exponential amounts without a loss pass in about 80 % of draws", () => {
  const n = clustersNeeded({ allowed: 0.4, deviation: 1, skewness: 2, kurtosis: 6 });
  const repetitions = 400;
  let passes = 0;
  for (let seed = 0; seed < repetitions; seed++) {
    const draw = Array.from({ length: n }, (_, i): Difference => ({
      cluster: `${i}`,
      difference: -Math.log(1 - uniform(seed, i)) - 1,
      weight: 1,
    }));
    if (estimate(draw, "amounts", 500).interval.high < 0.4) passes++;
  }
  // Within three standard errors below, and not much more than promised.
  assert(passes / repetitions > 0.74 && passes / repetitions < 0.92, `${passes / repetitions}`);
});

Deno.test("what is needed of samples beyond the margin is what would show the loss", () => {
  const flips = Array.from({ length: 200 }, (_, i): Difference => ({
    cluster: `${i}`,
    difference: i < 9 ? 1 : i < 11 ? -1 : 0,
    weight: 1,
  }));
  const n = samplesNeeded(flips, "flips", 0.02)!;
  const [low] = tango({ n, up: 0.045 * n, down: 0.01 * n });
  assert(n > 200 && low > 0.02, `${n}: ${low}`);
});

Deno.test("where the loss is the margin itself no number decides", () => {
  const at = Array.from({ length: 100 }, (_, i): Difference => ({
    cluster: `${i}`,
    difference: i < 2 ? 1 : 0,
    weight: 1,
  }));
  assertEquals(samplesNeeded(at, "flips", 0.02), undefined);
});
