import { assertEquals, assertRejects } from "@std/assert";
import { type Emission, ManualClock, type Request, type Session } from "../../engine/mod.ts";
import type { Arrival } from "../../datasets/mod.ts";
import { answered, arrivalTimes, drive, type Driven } from "../../evals/mod.ts";
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

for (
  const arrival of [
    { kind: "poisson", perSecond: 20, seed: 4 },
    { kind: "gamma", perSecond: 20, cv: 3, seed: 4 },
    { kind: "replayed", trace: "t", times: [0, 1, 2, 3, 500, 501] },
  ] as const
) {
  Deno.test(`${arrival.kind} arrivals keep their own times: a latency counts from there, however late it was sent`, async () => {
    const clock = new ManualClock(5000);
    const stack = (await compose(baseline, [continuousBatching()])).at(-1)!;
    await using session = await timedEngine(clock, () => ({ cost: { step: 10, row: 0 } })).open(stack);
    const until = (at: number) => {
      clock.advance(Math.max(0, at - clock.now()));
      return Promise.resolve();
    };
    const { block } = await drive(session, requests(6), arrival, clock, until);
    assertEquals(block.timings.map(({ sent }) => sent), [...arrivalTimes(6, arrival)]);
  });
}

Deno.test("a server that was stuck is charged for every request that came meanwhile, not for one alone", async () => {
  const clock = new ManualClock(0);
  // It takes a request a millisecond, but for a second at the beginning it takes none.
  const stuck = {
    async *generate(asked: AsyncIterable<Request>) {
      let first = true;
      for await (const { id } of asked) {
        clock.advance(first ? 1000 : 1);
        first = false;
        yield { id, tokens: [7], margins: [1], at: clock.now(), finish: "length" as const };
      }
    },
  };
  const times = Array.from({ length: 20 }, (_, i) => 50 * i);
  const { block } = await drive(
    stuck,
    requests(20),
    { kind: "replayed", trace: "t", times },
    clock,
    () => Promise.resolve(),
  );
  assertEquals(
    block.timings.map(({ sent, tokens }) => tokens[0]! - sent),
    times.map((at, i) => 1000 + i - at),
  );
});

const talking = (counts: readonly number[]): Request[] =>
  counts.flatMap((count, c) =>
    Array.from({ length: count }, (_, i) => ({ ...requests(1)[0]!, id: `c${c}.${i}`, conversation: `c${c}` }))
  );

Deno.test("turns of a conversation are sent one after another, and conversations beside each other", async () => {
  const clock = new ManualClock(0);
  const stack = (await compose(baseline, [continuousBatching()])).at(-1)!;
  await using session = await timedEngine(clock, () => ({ cost: { step: 10, row: 0 } })).open(stack);
  const arrival = { kind: "closed", clients: 2 } as const;
  const driven = await drive(session, talking([2, 3, 1]), arrival, clock);
  assertEquals(together(driven), 2);
  const at = new Map(driven.block.timings.map((one) => [one.id, one]));
  for (const [earlier, later] of [["c0.0", "c0.1"], ["c1.0", "c1.1"], ["c1.1", "c1.2"], ["c0.1", "c2.0"]]) {
    assertEquals(at.get(later!)!.sent, at.get(earlier!)!.tokens.at(-1), later!);
  }
});

Deno.test("a conversation arrives once, and its later turns when the ones before have ended", async () => {
  const clock = new ManualClock(0);
  const session = saying((id) => {
    clock.advance(10);
    return [{ id, tokens: [7], at: clock.now(), finish: "length" }];
  });
  const arrival = { kind: "replayed", trace: "t", times: [0, 3] } as const;
  const { block } = await drive(session, talking([2, 1]), arrival, clock, () => Promise.resolve());
  assertEquals(block.timings.map(({ id, sent }) => [id, sent]), [["c0.0", 0], ["c1.0", 3], ["c0.1", 10]]);
});
