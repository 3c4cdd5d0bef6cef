import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { uniform } from "../../engine/mod.ts";
import { type Block, overPeer, percentiles, ratioOf, workloadSpeed } from "../../evals/mod.ts";

const upTo = (n: number) => Array.from({ length: n }, (_, i) => n - i);
const given = { noise: 0, bytes: { base: 1, candidate: 2 }, seed: 1 };

/** One request a block: first token after `first`, then one each `step` milliseconds. */
function block(arm: Block["arm"], first: number, step: number, tokens = 4): Block {
  const times = Array.from({ length: tokens }, (_, i) => first + i * step);
  return { arm, startedAt: 0, duration: times.at(-1)!, timings: [{ id: "a", sent: 0, tokens: times }] };
}

Deno.test("percentiles are given only where there are values enough", () => {
  assertEquals(percentiles(upTo(19)), { n: 19, p50: 10 });
  assertEquals(percentiles(upTo(20)), { n: 20, p50: 10, p95: 19 });
  assertEquals(percentiles(upTo(100)), { n: 100, p50: 50, p95: 95, p99: 99 });
});

Deno.test("the ratio is the geometric mean, with Student's t on the logarithms while pairs are few", () => {
  const { estimate, interval } = ratioOf([Math.log(1), Math.log(2), Math.log(4)], 1);
  assertAlmostEquals(estimate, 2, 1e-12);
  // Standard error ln 2 / √3; t with two degrees of freedom at 0.975 is 4.302653.
  const reach = 4.302653 * Math.LN2 / Math.sqrt(3);
  assertAlmostEquals(interval.low, 2 * Math.exp(-reach), 1e-5);
  assertAlmostEquals(interval.high, 2 * Math.exp(reach), 1e-4);
});

Deno.test("the bootstrap of many pairs is the same in every run of one seed", () => {
  const logs = Array.from({ length: 10 }, (_, i) => 0.1 + 0.02 * Math.sin(i * 7));
  assertEquals(ratioOf(logs, 3), ratioOf(logs, 3));
  assert(ratioOf(logs, 3).interval.low !== ratioOf(logs, 4).interval.low);
});

for (const n of [3, 4, 8, 12]) {
  Deno.test(`the interval of ${n} pairs holds the true ratio in about 95 % of draws`, () => {
    const repetitions = 600;
    let held = 0;
    for (let seed = 0; seed < repetitions; seed++) {
      const logs = Array.from({ length: n }, (_, i) => {
        const [u, v] = [1 - uniform(seed, 2 * i), uniform(seed, 2 * i + 1)];
        return 0.3 + 0.03 * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
      });
      const { low, high } = ratioOf(logs, seed + 1).interval;
      if (low <= Math.exp(0.3) && Math.exp(0.3) <= high) held++;
    }
    // Three standard errors of a share of 95 %.
    assertAlmostEquals(held / repetitions, 0.95, 0.027);
  });
}

Deno.test("figures of an arm are read from its timings", () => {
  const blocks = [
    block("base", 100, 50),
    block("candidate", 50, 25),
    block("candidate", 50, 25),
    block("base", 100, 50),
  ];
  const { base, candidate, ratio, claim } = workloadSpeed("w", blocks, given);
  assertEquals([base.ttft.p50, base.tpot.p50, base.e2e.p50, base.addedBytes], [100, 50, 250, 1]);
  assertEquals([candidate.tokensPerSecond, candidate.addedBytes], [4 / 0.125, 2]);
  assertEquals([ratio.estimate, claim], [2, "faster"]);
});

Deno.test("answers of one token have no time between tokens", () => {
  const blocks = [
    block("base", 100, 0, 1),
    block("candidate", 50, 0, 1),
    block("candidate", 50, 0, 1),
    block("base", 100, 0, 1),
  ];
  assertEquals(workloadSpeed("w", blocks, given).base.tpot.n, 0);
});

Deno.test("blocks are paired in the order in which each arm ran them", () => {
  const blocks = [
    block("base", 100, 50),
    block("candidate", 50, 25),
    block("candidate", 100, 50),
    block("base", 200, 100),
  ];
  assertEquals(workloadSpeed("w", blocks, given).ratio.interval, { low: 2, high: 2, level: 0.95 });
});

for (
  const [noise, claim] of [[0.5, "faster"], [1.1, "no difference"], [Infinity, "no difference"]] as const
) {
  Deno.test(`a gain of 2x inside noise of ${noise} is claimed as ${claim}`, () => {
    const blocks = [
      block("base", 100, 50),
      block("candidate", 50, 25),
      block("candidate", 50, 25),
      block("base", 100, 50),
    ];
    assertEquals(workloadSpeed("w", blocks, { ...given, noise }).claim, claim);
  });
}

Deno.test("a ratio over the peer has the half-widths of both ratios, in squares on the logarithms", () => {
  const ratio = (estimate: number, reach: number) => ({
    estimate,
    interval: { low: estimate * Math.exp(-reach), high: estimate * Math.exp(reach), level: 0.95 },
  });
  const speed = {
    ...workloadSpeed("w", [block("base", 1, 1), block("candidate", 1, 1)], given),
    ratio: ratio(3, 0.3),
  };
  const found = overPeer(speed, ratio(1.5, 0.4));
  assertAlmostEquals(found.overPeer, 2, 1e-12);
  assertAlmostEquals(found.overPeerInterval.low, 2 * Math.exp(-0.5), 1e-12);
  assertAlmostEquals(found.overPeerInterval.high, 2 * Math.exp(0.5), 1e-12);
});
