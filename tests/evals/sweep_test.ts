import { assertEquals } from "@std/assert";
import { kneeOf, type Levels, nextLevel, type SweepPoint, within } from "../../evals/mod.ts";

const none = { n: 0 };

/** A server of eight places, and what a load of it comes to; the objective holds up to eleven requests at once. */
function served(level: number, objective = true): SweepPoint {
  const rate = Math.min(level, 8);
  const share = level <= 11 ? 1 : 0.5;
  return {
    level,
    requests: 10,
    answered: 10,
    failures: {},
    duration: 1000,
    requestsPerSecond: rate,
    tokensPerSecond: 10 * rate,
    ttft: none,
    tpot: none,
    itl: none,
    e2e: none,
    ...(objective ? { goodput: { objective: { ttft: 1 }, share, requestsPerSecond: rate * share } } : {}),
  };
}

/** All levels in the order they were tried, and why there were no more. */
function swept(levels: Levels, point: (level: number) => SweepPoint, before: readonly SweepPoint[] = []) {
  const points = [...before];
  for (;;) {
    const next = nextLevel(points, levels);
    if (typeof next === "string") return { points, tried: points.map(({ level }) => level), end: next };
    points.push(point(next));
  }
}

const clients: Levels = { by: "clients", first: 1, most: 256 };

Deno.test("clients double until two levels in a row bring less than a tenth more", () => {
  const { tried, end } = swept(clients, (level) => served(level, false));
  assertEquals([tried, end], [[1, 2, 4, 8, 16, 32], "saturated"]);
});

Deno.test("with an objective, levels between the last that kept it and the first that did not are tried", () => {
  const { tried, end, points } = swept(clients, served);
  assertEquals([tried, end], [[1, 2, 4, 8, 16, 32, 11, 13], "saturated"]);
  assertEquals(within(points)!.level, 11);
});

Deno.test("rates need not be whole", () => {
  const { tried } = swept({ by: "rate", first: 0.5, most: 100 }, served);
  assertEquals(tried, [0.5, 1, 2, 4, 8, 16, 32, 11.3, 9.51]);
});

Deno.test("the largest level is tried though it is no doubling, and ends the sweep", () => {
  const { tried, end } = swept({ ...clients, most: 6 }, served);
  assertEquals([tried, end], [[1, 2, 4, 6], "most"]);
});

Deno.test("a level without an answer ends the sweep", () => {
  const { tried, end } = swept(clients, (level) => ({ ...served(level), answered: level < 4 ? 10 : 0 }));
  assertEquals([tried.slice(0, 3), end], [[1, 2, 4], "unanswered"]);
});

Deno.test("where no level keeps the objective, none is looked for", () => {
  const lost = (level: number) => {
    const point = served(level);
    return { ...point, goodput: { ...point.goodput!, share: 0.89 } };
  };
  const { tried, points } = swept(clients, lost);
  assertEquals([tried, within(points)], [[1, 2, 4, 8, 16, 32], undefined]);
});

Deno.test("a sweep that was cut off anywhere goes on as if it had not been", () => {
  const { points, tried } = swept(clients, served);
  for (let kept = 0; kept <= points.length; kept++) {
    assertEquals(swept(clients, served, points.slice(0, kept)).tried, tried);
  }
});

Deno.test("the knee is where Kneedle's authors find it in their own example", () => {
  const points = Array.from(
    { length: 10 },
    (_, i) => ({ level: i / 9, tokensPerSecond: -1 / (i / 9 + 0.1) + 5 }),
  );
  assertEquals(kneeOf(points)!.level, 2 / 9);
  assertEquals(kneeOf(points.toReversed())!.level, 2 / 9);
});

Deno.test("the knee of a server of eight places is at eight clients, also where more of them cost it throughput", () => {
  const { points } = swept(clients, served);
  assertEquals(kneeOf(points)!.level, 8);
  const falling = points.map((point) =>
    point.level > 8 ? { ...point, tokensPerSecond: 80 - point.level } : point
  );
  assertEquals(kneeOf(falling)!.level, 8);
});

Deno.test("an even rise has no knee, nor have two points", () => {
  const even = [1, 2, 4, 8].map((level) => ({ level, tokensPerSecond: 10 * level }));
  assertEquals([kneeOf(even), kneeOf(even.slice(0, 2)), kneeOf([])], [undefined, undefined, undefined]);
});
