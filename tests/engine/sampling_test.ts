import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkSampling, distribution, drawToken, type Sampling, uniform } from "../../engine/mod.ts";

/** Probabilities 1/8, 1/2, 1/4 and 1/8 at temperature 1. */
const LOGITS = Float32Array.from([1, 4, 2, 1], Math.log);

function assertDistribution(sampling: Partial<Sampling>, ids: number[], probabilities: number[]): void {
  const found = distribution(LOGITS, { temperature: 1, seed: 0, ...sampling });
  assertEquals(found.ids, ids);
  found.probabilities.forEach((p, i) => assertAlmostEquals(p, probabilities[i]!, 1e-7));
  assertEquals(found.probabilities.length, probabilities.length);
}

Deno.test("the distribution is the softmax of the logits over the temperature", () => {
  assertDistribution({}, [1, 2, 0, 3], [1 / 2, 1 / 4, 1 / 8, 1 / 8]);
  assertDistribution({ temperature: 0.5 }, [1, 2, 0, 3], [16 / 22, 4 / 22, 1 / 22, 1 / 22]);
  assertDistribution(
    { temperature: 2 },
    [1, 2, 0, 3],
    [2, Math.SQRT2, 1, 1].map((w) => w / (4 + Math.SQRT2)),
  );
});

Deno.test("top-k keeps exactly k tokens, the lower ids on a tie, and renormalises", () => {
  assertDistribution({ topK: 1 }, [1], [1]);
  assertDistribution({ topK: 2 }, [1, 2], [2 / 3, 1 / 3]);
  assertDistribution({ topK: 3 }, [1, 2, 0], [4 / 7, 2 / 7, 1 / 7]);
  assertDistribution({ topK: 99 }, [1, 2, 0, 3], [1 / 2, 1 / 4, 1 / 8, 1 / 8]);
});

Deno.test("top-p keeps the fewest tokens that reach p, of what top-k left, at the temperature", () => {
  assertDistribution({ topP: 0.4 }, [1], [1]);
  assertDistribution({ topP: 0.6 }, [1, 2], [2 / 3, 1 / 3]);
  assertDistribution({ topP: 0.8 }, [1, 2, 0], [4 / 7, 2 / 7, 1 / 7]);
  assertDistribution({ topP: 1 }, [1, 2, 0, 3], [1 / 2, 1 / 4, 1 / 8, 1 / 8]);
  assertDistribution({ topK: 2, topP: 0.6 }, [1], [1]);
  assertDistribution({ temperature: 0.5, topP: 0.7 }, [1], [1]);
});

Deno.test("top-p that is reached exactly keeps no token more", () => {
  const { ids, probabilities } = distribution(Float32Array.of(3, 3, 3, 3), {
    temperature: 1,
    topP: 0.5,
    seed: 0,
  });
  assertEquals([ids, probabilities], [[0, 1], [0.5, 0.5]]);
});

Deno.test("large logits do not overflow", () => {
  const { ids, probabilities } = distribution(Float32Array.of(3e38, -3e38, 3e38), {
    temperature: 0.1,
    seed: 0,
  });
  assertEquals([ids, probabilities], [[0, 2, 1], [0.5, 0.5, 0]]);
});

Deno.test("tokens are ranked as sorting by their logits ranks them, whatever is cut", () => {
  const logit = fc.oneof(
    fc.float({ min: -30, max: 30, noNaN: true }),
    fc.constantFrom(0, -0, 1, -1, -Infinity),
  );
  fc.assert(
    fc.property(
      fc.array(logit, { minLength: 1, maxLength: 60 }).filter((all) => all.some(Number.isFinite)),
      fc.record({
        temperature: fc.constantFrom(0.1, 1, 3),
        topK: fc.integer({ min: 1, max: 70 }),
        topP: fc.constantFrom(0.05, 0.5, 0.95, 1),
      }, { requiredKeys: ["temperature"] }),
      (values, sampling) => {
        const logits = Float32Array.from(values);
        const order = [...logits.keys()].sort((a, b) =>
          Number(logits[b]! > logits[a]!) - Number(logits[a]! > logits[b]!) || a - b
        );
        const { ids, probabilities } = distribution(logits, { ...sampling, seed: 0 });
        assertEquals(ids, order.slice(0, ids.length));
        const weights = order.slice(0, sampling.topK).map((id) =>
          Math.exp((logits[id]! - logits[order[0]!]!) / sampling.temperature)
        );
        const share = (count: number) =>
          weights.slice(0, count).reduce((sum, w) => sum + w, 0) / weights.reduce((sum, w) => sum + w, 0);
        const p = sampling.topP ?? 1;
        if (p === 1) assertEquals(ids.length, weights.length);
        else assert(share(ids.length) > p - 1e-9 && share(ids.length - 1) < p + 1e-9);
        probabilities.forEach((one, i) =>
          assertAlmostEquals(one, weights[i]! / weights.slice(0, ids.length).reduce((a, b) => a + b), 1e-9)
        );
      },
    ),
    { numRuns: 500, seed: 5 },
  );
});

/** Pearson's statistic of counts against expected shares. */
function chiSquare(counts: readonly number[], shares: readonly number[]): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  return counts.reduce((sum, n, i) => sum + (n - total * shares[i]!) ** 2 / (total * shares[i]!), 0);
}

for (
  const [name, sampling, shares] of [
    ["plain", { temperature: 1 }, [1 / 8, 1 / 2, 1 / 4, 1 / 8]],
    ["cooled", { temperature: 0.5 }, [1 / 22, 16 / 22, 4 / 22, 1 / 22]],
    ["cut", { temperature: 1, topP: 0.8 }, [1 / 7, 4 / 7, 2 / 7, 0]],
  ] as const
) {
  Deno.test(`${name} draws come as often as the distribution says, over seeds and over positions`, () => {
    const over = (draw: (i: number) => number) => {
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < 20_000; i++) counts[draw(i)]!++;
      return counts;
    };
    for (
      const counts of [
        over((i) => drawToken(LOGITS, { ...sampling, seed: i }, 5)),
        over((i) => drawToken(LOGITS, { ...sampling, seed: 5 }, i)),
      ]
    ) {
      const kept = counts.flatMap((count, id) => (shares[id]! > 0 ? [[count, shares[id]!] as const] : []));
      assertEquals(counts.filter((count, id) => count > 0 && shares[id] === 0), []);
      // The quantile at 0.9999 of chi-square with three degrees of freedom.
      const statistic = chiSquare(kept.map(([count]) => count), kept.map(([, share]) => share));
      assert(statistic < 21.1, `${counts}: ${statistic}`);
    }
  });
}

Deno.test("neighbouring seeds and neighbouring positions draw independently", () => {
  for (const [ds, dp] of [[1, 0], [0, 1], [1, -1]] as const) {
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const [a, b] = [
        uniform(i % 141, 1 + Math.floor(i / 141)),
        uniform(i % 141 + ds, 1 + Math.floor(i / 141) + dp),
      ];
      counts[Math.floor(a * 8) * 8 + Math.floor(b * 8)]!++;
    }
    // The quantile at 0.9999 of chi-square with 63 degrees of freedom.
    const statistic = chiSquare(counts, counts.map(() => 1 / 64));
    assert(statistic < 112, `${ds}, ${dp}: ${statistic}`);
  }
});

Deno.test("a draw depends on logits, seed and position alone and is one of the tokens that may be drawn", () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, min: -50, max: 50 }), { minLength: 1, maxLength: 40 }),
      fc.record({
        temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
        topK: fc.integer({ min: 1, max: 50 }),
        topP: fc.double({ min: 0.01, max: 1, noNaN: true }),
        seed: fc.integer({ min: 0, max: 2 ** 40 }),
      }),
      fc.nat(10_000),
      (values, sampling, position) => {
        const logits = Float32Array.from(values);
        const { ids, probabilities } = distribution(logits, sampling);
        assertAlmostEquals(probabilities.reduce((sum, p) => sum + p, 0), 1, 1e-9);
        const token = drawToken(logits, sampling, position);
        assert(ids.includes(token));
        assertEquals(drawToken(logits.slice(), { ...sampling }, position), token);
      },
    ),
    { seed: 4 },
  );
});

Deno.test("a temperature, topK or topP that nothing can be drawn by is refused", () => {
  for (const wrong of [{ temperature: 0 }, { temperature: NaN }, { topK: 0 }, { topP: 0 }, { topP: 1.5 }]) {
    assertThrows(() => checkSampling({ temperature: 1, seed: 0, ...wrong }), RangeError, "Cannot sample");
  }
  checkSampling({ temperature: 0.7, topK: 1, topP: 1, seed: 0 });
});
