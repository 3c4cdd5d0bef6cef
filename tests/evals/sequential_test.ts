import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "../../engine/mod.ts";
import type { Difference } from "../../evals/interval.ts";
import { decideSoFar, FIRST_LOOK } from "../../evals/sequential.ts";

const flips = (n: number, up: number, down: number): Difference[] =>
  Array.from({ length: n }, (_, i) => ({
    cluster: `${i}`,
    difference: i < up ? 1 : i < up + down ? -1 : 0,
    weight: 1,
  }));

Deno.test("the bets against a mean win 20 times their stake exactly at the bound", () => {
  const { interval } = decideSoFar(flips(400, 6, 2), "flips", 0.02);
  const m = interval.high;
  // One bet after the other, each stake on its own.
  let capital = 0;
  for (let i = 0; i < 13; i++) {
    const stake = 2 ** (-i / 2) / (1 - m);
    capital += (1 + stake * (m - 1)) ** 6 * (1 + stake * (m + 1)) ** 2 * (1 + stake * m) ** 392 / 13;
  }
  assertAlmostEquals(capital, 20, 1e-6);
});

Deno.test("no bet that is placed can be worth more than its stake where the mean is the one bet against", () => {
  // Fair by law: one sample's expected capital is 1 where the expected difference is m.
  const [up, down, m] = [0.06, 0.04, 0.02];
  for (const stake of [1, 0.5, 0.1]) {
    const bet = (d: number) => 1 + stake * (m - d) / (1 - m);
    assertAlmostEquals(up * bet(1) + down * bet(-1) + (1 - up - down) * bet(0), 1, 1e-12);
    assert(Math.min(bet(1), bet(0), bet(-1)) >= 0);
  }
});

Deno.test("no loss decides as a pass, a plain one as a fail, and few samples as nothing", () => {
  assertEquals(decideSoFar(flips(600, 0, 0), "flips", 0.02).decision, "pass");
  assertEquals(decideSoFar(flips(600, 60, 0), "flips", 0.02).decision, "fail");
  assertEquals(decideSoFar(flips(100, 0, 0), "flips", 0.02).decision, "undecided");
});

Deno.test("clusters that flip as one take as many samples more", () => {
  const whole = (size: number) =>
    Array.from({ length: 600 }, (_, i): Difference => ({
      cluster: `${Math.floor(i / size)}`,
      difference: Math.floor(i / size) % 40 === 0 ? (Math.floor(i / size) % 80 === 0 ? 1 : -1) : 0,
      weight: 1,
    }));
  const width = (size: number) => {
    const { low, high } = decideSoFar(whole(size), "flips", 0.02, size).interval;
    return high - low;
  };
  assert(width(5) > 1.5 * width(1));
});

Deno.test("the bounds of a mirror image are the mirror image", () => {
  const values = Array.from({ length: 60 }, (_, i) => Math.exp(2 * uniform(1, i)));
  const of = (sign: 1 | -1) =>
    decideSoFar(values.map((v, i) => ({ cluster: `${i}`, difference: sign * v, weight: 1 })), "amounts", 1)
      .interval;
  assertEquals([of(-1).low, of(-1).high], [-of(1).high, -of(1).low]);
});

Deno.test("without skewness the bound of amounts is the published one-sided sequence, worked by hand", () => {
  const differences = Array.from({ length: 99 }, (_, i): Difference => ({
    cluster: `${i}`,
    difference: i % 2 === 0 ? 1 : -1,
    weight: 1,
  }));
  // With one more at +1: 51 up and 49 down of 100, mean 0.02, skewed to the left and so not widened.
  const deviation = Math.sqrt(100 / 99 * (1 - 0.02 ** 2));
  const rho2 = (-2 * Math.log(0.05) + Math.log(1 - 2 * Math.log(0.05))) / 50;
  const reach = Math.sqrt(
    2 * (100 * rho2 + 1) / (100 ** 2 * rho2) * Math.log(1 + Math.sqrt(100 * rho2 + 1) / (2 * 0.05)),
  );
  const { high } = decideSoFar(differences, "amounts", 1).interval;
  assertAlmostEquals(high, 0.02 + deviation * reach, 1e-9);
});

Deno.test("amounts are not looked at before there are enough clusters", () => {
  const same = (n: number) =>
    decideSoFar(
      Array.from({ length: n }, (_, i) => ({ cluster: `${i}`, difference: 0, weight: 100 })),
      "amounts",
      0.02,
    );
  assertEquals([same(FIRST_LOOK - 1).decision, same(FIRST_LOOK).decision], ["undecided", "pass"]);
});

Deno.test("looked at again and again, a loss at the margin passes in at most about one of twenty runs", () => {
  const runs = 400;
  let passes = 0;
  for (let seed = 0; seed < runs; seed++) {
    const draw = Array.from({ length: 1000 }, (_, i): Difference => {
      const u = uniform(seed, i);
      return { cluster: `${i}`, difference: u < 0.035 ? 1 : u < 0.05 ? -1 : 0, weight: 1 };
    });
    for (let n = 100; n <= 1000; n += 100) {
      if (decideSoFar(draw.slice(0, n), "flips", 0.02).decision !== "pass") continue;
      passes++;
      break;
    }
  }
  assert(passes / runs < 0.05 + 3 * Math.sqrt(0.05 * 0.95 / runs), `${passes / runs}`);
});
