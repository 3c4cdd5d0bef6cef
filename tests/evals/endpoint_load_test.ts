import { assert, assertEquals, assertRejects } from "@std/assert";
import { UserError } from "../../mod.ts";
import { type EndpointLoad, loadEndpoint } from "../../evals/mod.ts";
import { names } from "./conformance/names.ts";
import { conformance, type ConformanceServer, type ScriptName } from "./conformance/server.ts";

const workload = names(41, { kind: "closed", clients: 4 });

const loaded = (
  { url }: ConformanceServer,
  model: ScriptName | "untouched",
  over: Partial<EndpointLoad> = {},
) =>
  loadEndpoint({
    url,
    model,
    workload,
    arrival: workload.arrival,
    requests: 6,
    naturalEnd: false,
    deadline: 5000,
    signal: new AbortController().signal,
    progress: () => {},
    ...over,
  });

/** Loads with a first script for the request that does not count. */
async function failing(server: ConformanceServer, model: ScriptName, over: Partial<EndpointLoad> = {}) {
  const body = JSON.stringify;
  // The first request of a load is answered well, whatever the others get.
  let first = true;
  const real = globalThis.fetch;
  globalThis.fetch = (url, init) => {
    const asked = JSON.parse(String(init?.body));
    const named = first ? "steady" : model;
    first = false;
    return real(url, { ...init, body: body({ ...asked, model: named }) });
  };
  try {
    return await loaded(server, model, over);
  } finally {
    globalThis.fetch = real;
  }
}

for (
  const [model, tokens, events, prompt] of [
    ["steady", 8, 8, 11],
    ["bundled", 12, 4, 11],
    ["reasoning", 3, 3, 11],
    ["untold", 8, 8, undefined],
    ["ids", 4, 2, undefined],
    ["pieces", 2, 2, 11],
  ] as const
) {
  Deno.test(`a stream that is ${model} has its ${tokens} tokens counted, in ${events} events`, async () => {
    await conformance(async (server) => {
      const report = await loaded(server, model);
      assertEquals([report.answered, report.failures], [6, {}]);
      for (const one of report.requests) {
        assertEquals([one.tokens, one.events.length, one.promptTokens], [tokens, events, prompt]);
      }
      assertEquals(Math.round(report.tokensPerSecond * report.duration / 1000), 6 * tokens);
      assertEquals([report.ttft.n, report.tpot.n, report.itl.n, report.e2e.n], [6, 6, 6 * (events - 1), 6]);
    });
  });
}

Deno.test("a report keeps what was answered, without what was thought aloud", async () => {
  await conformance(async (server) => {
    const steady = await loaded(server, "steady");
    assertEquals(new Set(steady.requests.map(({ text }) => text)), new Set(["w0 w1 w2 w3 w4 w5 w6 w7 "]));
    const reasoning = await loaded(server, "reasoning");
    assertEquals(new Set(reasoning.requests.map(({ text }) => text)), new Set(["yes"]));
  });
});

Deno.test("no event is noted before it was written, and none before the one that went before it", async () => {
  await conformance(async (server) => {
    const { requests, startedAt } = await loaded(server, "steady");
    const served = new Map((await server.served()).map((one) => [one.id, one]));
    for (const { id, arrived, events } of requests) {
      const { read, written } = served.get(id)!;
      assert(startedAt + arrived <= read, id);
      assertEquals(events.toSorted((a, b) => a - b), [...events]);
      events.forEach((at, i) => assert(startedAt + at >= written[i]!, `${id} ${i}`));
    }
  });
});

for (
  const [model, reason] of [
    ["refused", "status 429: full"],
    ["broken", "status 500: <html>"],
    ["failing", "in the stream: out of memory"],
    ["cut", "error reading a body from connection"],
    ["unfinished", "the stream ended before the answer did"],
    ["silent", "no token"],
    ["garbled", 'an event is no JSON: {"choices": ['],
  ] as const
) {
  Deno.test(`an answer that is ${model} has failed, and is in no figure`, async () => {
    await conformance(async (server) => {
      const report = await failing(server, model);
      assertEquals([report.answered, Object.keys(report.failures).length, Object.values(report.failures)], [
        0,
        1,
        [6],
      ]);
      assert(Object.keys(report.failures)[0]!.includes(reason), JSON.stringify(report.failures));
      assertEquals([report.tokensPerSecond, report.ttft], [0, { n: 0 }]);
    });
  });
}

Deno.test("a server that does not answer its first request is not loaded at all", async () => {
  await conformance(async (server) => {
    await assertRejects(
      () => loaded(server, "refused"),
      UserError,
      "as it must answer a first request: found status 429: full.",
    );
    assertEquals((await server.served()).length, 1);
  });
});

Deno.test("goodput counts the requests that kept the whole objective, failures among those that did not", async () => {
  await conformance(async (server) => {
    const kept = await loaded(server, "steady", { objective: { ttft: 60_000, tpot: 60_000 } });
    assertEquals([kept.goodput!.share, kept.goodput!.requestsPerSecond], [1, kept.requestsPerSecond]);
    const slow = await loaded(server, "steady", { objective: { tpot: 1e-6 } });
    assertEquals([slow.goodput!.share, slow.answered], [0, 6]);
  });
});

Deno.test("a closed loop asks no more at once than it has clients, and an interrupted load says so", async () => {
  await conformance(async (server) => {
    const stop = new AbortController();
    const report = await loaded(server, "steady", {
      arrival: { kind: "closed", clients: 2 },
      requests: 40,
      signal: stop.signal,
      progress: (ended) => ended === 4 && stop.abort(),
    });
    assert(report.answered >= 4 && report.answered < 40, `${report.answered}`);
    assertEquals(Object.keys(report.failures).filter((why) => why !== "interrupted"), []);
  });
});

Deno.test("more requests than there are prompts are refused in one sentence", async () => {
  await conformance(async (server) => {
    await assertRejects(
      () => loaded(server, "steady", { requests: 41 }),
      UserError,
      "Cannot send 41 requests of names as each has a prompt of its own and one comes before them: names has 41.",
    );
  });
});
