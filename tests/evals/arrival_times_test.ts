import { assert, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../engine/mod.ts";
import type { OpenArrival } from "../../datasets/mod.ts";
import { arrivalTimes, atRate } from "../../evals/mod.ts";

const COUNT = 40_000;

/** Mean, coefficient of variation and skewness of the gaps. */
function gapsOf(arrival: OpenArrival) {
  const times = arrivalTimes(COUNT, arrival);
  const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
  assert(gaps.every((gap) => gap >= 0), "arrivals come in order");
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / COUNT;
  const moment = (power: number) => gaps.reduce((sum, gap) => sum + (gap - mean) ** power, 0) / COUNT;
  const deviation = Math.sqrt(moment(2));
  return { mean, cv: deviation / mean, skewness: moment(3) / deviation ** 3 };
}

for (const cv of [0.5, 1, 2, 3]) {
  Deno.test(`gaps of a coefficient of variation ${cv} have a gamma law's moments, at the rate that was asked`, () => {
    const found = gapsOf({ kind: "gamma", perSecond: 50, cv, seed: 1 });
    // Draws are seeded: the bounds are wide enough for any seed, and narrower than what another law has.
    assert(Math.abs(found.mean - 20) < 4 * 20 * cv / Math.sqrt(COUNT), `${found.mean}`);
    assert(Math.abs(found.cv / cv - 1) < 0.05, `${found.cv}`);
    assert(Math.abs(found.skewness / (2 * cv) - 1) < 0.2, `${found.skewness}`);
  });
}

Deno.test("gaps at random have an exponential's moments", () => {
  const { mean, cv, skewness } = gapsOf({ kind: "poisson", perSecond: 50, seed: 1 });
  assert(Math.abs(mean - 20) < 0.4 && Math.abs(cv - 1) < 0.03 && Math.abs(skewness - 2) < 0.2);
});

Deno.test("bursts are bursts: a second that has requests has more of them than at random", () => {
  const busy = (arrival: OpenArrival) =>
    COUNT / new Set(arrivalTimes(COUNT, arrival).map((at) => Math.floor(at / 100))).size;
  const [bursts, random] = [
    busy({ kind: "gamma", perSecond: 20, cv: 3, seed: 2 }),
    busy({ kind: "poisson", perSecond: 20, seed: 2 }),
  ];
  assert(bursts > 2 * random, `${bursts} ${random}`);
});

Deno.test("a seed fixes the arrivals, and another has others", () => {
  const of = (seed: number) => arrivalTimes(5, { kind: "gamma", perSecond: 2, cv: 2, seed });
  assertEquals(of(7), of(7));
  assert(of(7).every((at, i) => at !== of(8)[i]));
});

const replayed: OpenArrival = { kind: "replayed", trace: "day.csv", times: [0, 100, 400, 1000] };

Deno.test("a replay has the trace's own times, and no more than it tells", () => {
  assertEquals(arrivalTimes(3, replayed), [0, 100, 400]);
  assertThrows(
    () => arrivalTimes(5, replayed),
    UserError,
    "Cannot replay 5 arrivals of day.csv as it must tell when each came: it tells 4.",
  );
});

Deno.test("at another rate a trace is stretched and keeps its shape, and draws are drawn for it", () => {
  const slower = atRate(replayed, 2, 4);
  assertEquals(arrivalTimes(4, slower), [0, 150, 600, 1500]);
  assertEquals(atRate({ kind: "gamma", perSecond: 1, cv: 2, seed: 3 }, 8, 4), {
    kind: "gamma",
    perSecond: 8,
    cv: 2,
    seed: 3,
  });
  assertThrows(
    () => atRate({ kind: "replayed", trace: "t", times: [0, 0] }, 2, 2),
    UserError,
    "as its first 2 arrivals must lie apart: they came at once",
  );
});
