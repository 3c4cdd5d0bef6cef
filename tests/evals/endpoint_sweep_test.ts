import { assert, assertEquals } from "@std/assert";
import { type EndpointSweep, sweepEndpoint, type SweepPoint } from "../../evals/mod.ts";
import { names } from "./conformance/names.ts";
import { conformance } from "./conformance/server.ts";

const workload = names(60, { kind: "single" });

async function swept(url: string, over: Partial<EndpointSweep> = {}) {
  const running = sweepEndpoint({
    url,
    model: "steady",
    workload,
    requests: 3,
    levels: { by: "clients", first: 1, most: 4 },
    arrival: { kind: "poisson", perSecond: 1, seed: 1 },
    points: [],
    naturalEnd: false,
    deadline: 5000,
    signal: new AbortController().signal,
    progress: () => {},
    begun: () => {},
    ...over,
  });
  const points: SweepPoint[] = [];
  let next = await running.next();
  for (; !next.done; next = await running.next()) points.push(next.value);
  return { points, end: next.value };
}

Deno.test("each level of a sweep has prompts of its own, and requests enough for its clients", async () => {
  await conformance(async (server) => {
    const { points, end } = await swept(server.url);
    // What a level brings depends on the machine: it may be saturated at two clients, or not.
    assert(end === "most" || end === "saturated");
    assertEquals(points.map(({ level, requests }) => [level, requests]), [[1, 3], [2, 4], [4, 8]]);
    assertEquals(points.map(({ answered }) => answered), [3, 4, 8]);
    const asked = (await server.served()).map(({ id }) => id);
    const before = asked.filter((id, i) => asked.indexOf(id) !== i);
    assertEquals([asked.length, new Set(asked).size, new Set(before).size], [15 + 3, 15 + 1, 1]);
  });
});

Deno.test("a sweep goes on after the points that it is given, with the prompts that those did not have", async () => {
  await conformance(async (server) => {
    const { points } = await swept(server.url);
    const first = new Set((await server.served()).slice(0, 5 + 4).map(({ id }) => id));
    const { points: rest } = await swept(server.url, { points: points.slice(0, 2) });
    assertEquals(rest.map(({ level }) => level), [4]);
    const again = (await server.served()).slice(1).map(({ id }) => id);
    assertEquals(again.filter((id) => first.has(id)), []);
  });
});

Deno.test("a rate's level has arrivals for ten seconds or all that a trace tells, and a sweep ends with the prompts", async () => {
  await conformance(async (server) => {
    const trace = { kind: "replayed", trace: "t", times: [0, 1, 2, 3, 4, 5] } as const;
    const told = await swept(server.url, { arrival: trace, levels: { by: "rate", first: 500, most: 500 } });
    assertEquals([told.points[0]!.requests, told.points[0]!.answered], [6, 6]);
    const { points, end } = await swept(server.url, {
      levels: { by: "rate", first: 4, most: 16 },
      requests: 40,
    });
    assertEquals([points.map(({ requests }) => requests), end], [[40], "prompts"]);
  });
});

Deno.test("an interrupted level is no point", async () => {
  await conformance(async (server) => {
    const stop = new AbortController();
    let ended = 0;
    const progress = () => ++ended === 5 && stop.abort();
    const { points, end } = await swept(server.url, { signal: stop.signal, progress });
    assertEquals([points.map(({ level }) => level), end], [[1], "interrupted"]);
  });
});
