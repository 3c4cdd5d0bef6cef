import { assertEquals, assertRejects } from "@std/assert";
import { type Emission, ManualClock, type Request, type Session } from "../../engine/mod.ts";
import type { Arrival } from "../../datasets/mod.ts";
import { answered, drive, type Driven } from "../../evals/mod.ts";
import { arrivalTimes } from "../../evals/load.ts";
import { compose, continuousBatching } from "../../techniques/mod.ts";
import { baseline, timedEngine, workload } from "./toy_bench.ts";

const TOKENS = 6;
const requests = (count: number): Request[] =>
  Array.from(
    { length: count },
    (_, i) => ({ id: `r${i}`, prompt: [3, 4, 5 + i], maxTokens: TOKENS, stop: [] }),
  );

/** Drives requests at a batching session whose every step takes ten milliseconds. */
async function driven(arrival: Arrival, count: number): Promise<Driven> {
  const clock = new ManualClock(5000);
  const stack = (await compose(baseline, [continuousBatching()])).at(-1)!;
  await using session = await timedEngine(clock, () => ({ cost: { step: 10, row: 0 } })).open(stack);
  return await drive(session, requests(count), arrival, clock);
}

/** The most requests that were under way at once. */
function together({ block }: Driven): number {
  const spans = block.timings.map(({ sent, tokens }) => [sent, tokens.at(-1)!] as const);
  return Math.max(...spans.map(([at]) => spans.filter(([from, to]) => from <= at && at < to).length));
}

Deno.test("one at a time: a request is sent when the one before it has ended", async () => {
  const { block } = await driven({ kind: "single" }, 4);
  assertEquals(block.timings.map(({ sent }) => sent), [0, 60, 120, 180]);
  assertEquals([block.startedAt, block.duration], [5000, 240]);
});

for (const clients of [1, 2, 3, 5]) {
  Deno.test(`a closed loop of ${clients} has ${clients} requests under way and never more`, async () => {
    assertEquals(together(await driven({ kind: "closed", clients }, 9)), clients);
  });
}

Deno.test("a closed loop of more clients than requests has them all under way", async () => {
  assertEquals(together(await driven({ kind: "closed", clients: 20 }, 4)), 4);
});

Deno.test("offline, every request is sent at the start", async () => {
  const { block } = await driven({ kind: "offline" }, 7);
  assertEquals(block.timings.map(({ sent }) => sent), Array(7).fill(0));
});

Deno.test("times and transcripts hold every token once, in the order it came", async () => {
  const { block, transcripts } = await driven({ kind: "closed", clients: 3 }, 5);
  const load = workload({ requests: 5, maxTokens: TOKENS });
  assertEquals(answered({ arm: "base", ...block }, load, new Map()), []);
  for (const { id, tokens } of block.timings) {
    assertEquals([tokens.length, transcripts.get(id)!.tokens.length, transcripts.get(id)!.margins.length], [
      TOKENS,
      TOKENS,
      TOKENS,
    ]);
  }
});

/** A session that answers each request with these emissions. */
const saying = (emissions: (id: string) => readonly Partial<Emission>[]) => ({
  async *generate(asked: AsyncIterable<Request>) {
    for await (const { id } of asked) {
      for (const emission of emissions(id)) yield { id, tokens: [], margins: [], at: 1, ...emission };
    }
  },
} as unknown as Session);

Deno.test("how a stream ended, and how late the client had it, is kept", async () => {
  const clock = new ManualClock(0);
  const session = saying((id) => {
    clock.advance(id === "r0" ? 4 : 10);
    return [{
      tokens: [7],
      at: clock.now() - (id === "r0" ? 1 : 3),
      finish: id === "r0" ? "length" : "error",
    }];
  });
  const { block } = await drive(session, requests(2), { kind: "single" }, clock);
  assertEquals(block.timings.map(({ finish, lag }) => [finish, lag]), [["length", 1], ["error", 3]]);
});

for (
  const [what, emissions, why] of [
    [
      "goes on after its end",
      (id: string) => [{ finish: "length" }, { id, tokens: [5] }],
      "r0 as the request must be under way: it had ended",
    ],
    [
      "was never sent",
      () => [{ id: "other", tokens: [5] }],
      "other as the request must be under way: it was not sent",
    ],
  ] as readonly (readonly [string, Parameters<typeof saying>[0], string])[]
) {
  Deno.test(`an answer to a request that ${what} ends the run`, async () => {
    const run = () => drive(saying(emissions), requests(1), { kind: "single" }, new ManualClock(0));
    await assertRejects(run, Error, `Cannot time an answer to ${why}`);
  });
}

Deno.test("arrivals at random keep their own times: a latency counts from there, however late it was sent", async () => {
  const clock = new ManualClock(5000);
  const stack = (await compose(baseline, [continuousBatching()])).at(-1)!;
  await using session = await timedEngine(clock, () => ({ cost: { step: 10, row: 0 } })).open(stack);
  const arrival = { kind: "poisson", perSecond: 20, seed: 4 } as const;
  const until = (at: number) => {
    clock.advance(Math.max(0, at - clock.now()));
    return Promise.resolve();
  };
  const { block } = await drive(session, requests(6), arrival, clock, until);
  assertEquals(block.timings.map(({ sent }) => sent), [...arrivalTimes(6, arrival)]);
});

Deno.test("arrivals at random come in order, as many a second as asked, and their gaps have an exponential's deviation", () => {
  const times = arrivalTimes(20_000, { perSecond: 50, seed: 1 });
  const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  assertEquals([gaps.every((gap) => gap >= 0), Math.abs(mean - 20) < 0.4, Math.abs(deviation - 20) < 0.6], [
    true,
    true,
    true,
  ]);
});
