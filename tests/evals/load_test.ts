import { assert, assertEquals } from "@std/assert";
import { ManualClock, type Request, type Session } from "../../engine/mod.ts";
import type { Arrival } from "../../datasets/mod.ts";
import { audit, drive, type Driven } from "../../evals/mod.ts";
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
  assertEquals(audit([{ arm: "base", ...block }], workload({ requests: 5, maxTokens: TOKENS })), []);
  for (const { id, tokens } of block.timings) {
    assertEquals([tokens.length, transcripts.get(id)!.tokens.length, transcripts.get(id)!.margins.length], [
      TOKENS,
      TOKENS,
      TOKENS,
    ]);
  }
});

Deno.test("a session that drops a request is found out by the audit", async () => {
  const session = {
    async *generate(asked: AsyncIterable<Request>) {
      for await (const { id } of asked) {
        const tokens = id === "r1" ? [] : Array(TOKENS).fill(7);
        yield { id, tokens, at: 1, margins: tokens, finish: "error" as const };
      }
    },
  } as unknown as Session;
  const { block } = await drive(session, requests(3), { kind: "single" }, new ManualClock(0));
  const reasons = audit([{ arm: "candidate", ...block }], workload({ requests: 3, maxTokens: TOKENS }));
  assertEquals(reasons, ["toy_single, candidate: request r1 has 0 tokens where 6 were asked"]);
  assert(block.duration > 0);
});
