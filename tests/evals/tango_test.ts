import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { CONTINUITY, designEffect, fewest, score, tango, Z95 } from "../../evals/tango.ts";
import { slowTango } from "./tango.ts";

Deno.test("without its correction the interval of flips is that of PropCIs' scoreci.mp(25, 28, 618, 0.9)", () => {
  const [low, high] = tango({ n: 618, up: 28, down: 25 }, Z95, 0);
  assertEquals([low.toFixed(4), high.toFixed(4)], ["-0.0148", "0.0247"]);
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
  Deno.test(`the interval of ${up} gains and ${down} losses in ${n} is the slow one, corrected or not`, () => {
    for (const continuity of [0, CONTINUITY]) {
      const [low, high] = tango({ n, up, down }, Z95, continuity);
      const [slowLow, slowHigh] = slowTango(n, up, down, Z95, continuity);
      assertAlmostEquals(low, slowLow, 1e-6);
      assertAlmostEquals(high, slowHigh, 1e-6);
    }
  });
}

Deno.test("with no flip at all the interval still has the width of its sample: z² / (n + z²)", () => {
  const [low, high] = tango({ n: 500, up: 0, down: 0 }, Z95, 0);
  assertAlmostEquals(high, Z95 ** 2 / (500 + Z95 ** 2), 1e-9);
  assertAlmostEquals(low, -high, 1e-9);
});

Deno.test("the fewest samples are the least whose interval lies below the margin without a flip", () => {
  for (const allowed of [0.01, 0.02, 0.05]) {
    const n = fewest(allowed);
    assert(tango({ n, up: 0, down: 0 })[1] < allowed);
    assert(tango({ n: n - 1, up: 0, down: 0 })[1] >= allowed);
  }
});

/** The probability that a true loss of `delta` passes as below it, over every outcome of `n` samples. */
function falseAccepts(n: number, discordance: number, delta: number, continuity: number): number {
  const logs = [0];
  for (let i = 1; i <= n; i++) logs.push(logs[i - 1]! + Math.log(i));
  const [p, q] = [(discordance + delta) / 2, (discordance - delta) / 2];
  const times = (count: number, share: number) => (count === 0 ? 0 : count * Math.log(share));
  let sum = 0;
  for (let up = 0; up <= n; up++) {
    for (let down = 0; down <= (q === 0 ? 0 : n - up); down++) {
      if (score({ n, up, down }, delta, continuity) >= -Z95) continue;
      const even = n - up - down;
      const chosen = logs[n]! - logs[up]! - logs[down]! - logs[even]!;
      sum += Math.exp(chosen + times(up, p) + times(down, q) + times(even, 1 - p - q));
    }
  }
  return sum;
}

Deno.test("over every outcome a loss at the margin passes in at most 5 % of draws, and in more without the correction", () => {
  const sizes = [100, 133, 145, 190, 233];
  const worst = (continuity: number) =>
    Math.max(
      ...sizes.flatMap((n) =>
        [0.02, 0.03, 0.05, 0.1].map((discordance) => falseAccepts(n, discordance, 0.02, continuity))
      ),
    );
  assert(worst(CONTINUITY) <= 0.05);
  assert(worst(0) > 0.06);
});

Deno.test("clusters that flip as one count as one sample each", () => {
  // Ten of 100 clusters of 5 lost all of theirs: 50 flips, squares of residuals 10·4.5² + 90·0.5².
  const effect = designEffect({ n: 500, up: 50, down: 0 }, 100, 10 * 4.5 ** 2 + 90 * 0.5 ** 2, 5);
  assertAlmostEquals(effect, (100 / 99 * 225 + 25) / (45 + 5), 1e-12);
  assertAlmostEquals(effect, 5.05, 0.01);
});

Deno.test("clusters without a flip show nothing of how they flip, and count as one sample each", () => {
  assertEquals(designEffect({ n: 500, up: 0, down: 0 }, 100, 0, 5), 5);
});
