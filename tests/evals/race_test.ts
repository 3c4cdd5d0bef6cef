import { assert, assertEquals, assertRejects } from "@std/assert";
import { ManualClock, type Request, type Session, UserError } from "../../engine/mod.ts";
import { answered, race } from "../../evals/mod.ts";
import { baseline, timedEngine, workload } from "./toy_bench.ts";

/** Two sessions on one clock that note the ids of each block they were asked, in order. */
async function watched(clock: ManualClock) {
  const blocks: { readonly arm: string; readonly ids: string[] }[] = [];
  const watch = (arm: string, session: Session): Session =>
    Object.create(session, {
      generate: {
        value: (requests: AsyncIterable<Request>) => {
          const ids: string[] = [];
          blocks.push({ arm, ids });
          return session.generate((async function* () {
            for await (const request of requests) {
              ids.push(request.id);
              yield request;
            }
          })());
        },
      },
      tokenizer: { value: session.tokenizer },
      context: { value: session.context },
      stats: { value: () => session.stats() },
    });
  const engine = timedEngine(clock);
  return {
    base: watch("base", await engine.open(baseline)),
    candidate: watch("candidate", await engine.open(baseline)),
    blocks,
  };
}

const load = workload({ requests: 2 });

Deno.test("blocks run base, candidate, candidate, base and so on, after one warm-up of each", async () => {
  const clock = new ManualClock(0);
  const { blocks, ...sessions } = await watched(clock);
  const raced = await race(sessions, load, 4, () => {}, clock);
  const order = ["base", "candidate", "candidate", "base", "base", "candidate", "candidate", "base"];
  assertEquals(blocks.map(({ arm }) => arm), ["base", "candidate", ...order]);
  assertEquals(raced.blocks.map(({ arm }) => arm), order);
});

Deno.test("both arms of a pair get the same prompts, and no two pairs share one", async () => {
  const clock = new ManualClock(0);
  const { blocks, ...sessions } = await watched(clock);
  await race(sessions, load, 3, () => {}, clock);
  const [warm, , ...timed] = blocks.map(({ ids }) => ids);
  const pairs = [0, 2, 4].map((i) => timed[i]!);
  assertEquals(pairs, [1, 3, 5].map((i) => timed[i]!));
  const all = [...pairs.flat(), ...warm!];
  assertEquals([all.length, new Set(all).size, warm!.length], [7, 7, 1]);
});

Deno.test("the warm-up is neither timed nor graded", async () => {
  const clock = new ManualClock(0);
  const { blocks, ...sessions } = await watched(clock);
  const raced = await race(sessions, load, 2, () => {}, clock);
  const warm = blocks[0]!.ids[0]!;
  assert(!raced.requests.has(warm) && !raced.transcripts.base.has(warm));
  assertEquals([raced.requests.size, raced.transcripts.base.size, raced.transcripts.candidate.size], [
    4,
    4,
    4,
  ]);
});

Deno.test("equal arms take equal times on a clock that only steps move", async () => {
  const clock = new ManualClock(0);
  const { blocks: _, ...sessions } = await watched(clock);
  const { blocks } = await race(sessions, load, 3, () => {}, clock);
  const durations = (arm: string) => blocks.filter((b) => b.arm === arm).map(({ duration }) => duration);
  assertEquals(durations("base"), durations("candidate"));
});

Deno.test("progress counts every timed block", async () => {
  const clock = new ManualClock(0);
  const { blocks: _, ...sessions } = await watched(clock);
  const seen: (readonly [number, number])[] = [];
  await race(sessions, load, 2, (done, total) => seen.push([done, total]), clock);
  assertEquals(seen, [[1, 4], [2, 4], [3, 4], [4, 4]]);
});

Deno.test("a race that needs more prompts than there are is refused before it starts", async () => {
  const clock = new ManualClock(0);
  const { blocks, ...sessions } = await watched(clock);
  const error = await assertRejects(() => race(sessions, load, 40, () => {}, clock), UserError);
  assertEquals(error.message, "Cannot race toy_single as its 40 pairs need 81 prompts: toy_prompts has 60.");
  assertEquals(blocks, []);
});

Deno.test("a request asks for as many tokens as its prompt's answer had, and its stream is held to them", async () => {
  const clock = new ManualClock(0);
  const { blocks: _, ...sessions } = await watched(clock);
  const prompts = {
    ...load.prompts,
    async *samples() {
      for await (const prompt of load.prompts.samples()) yield { ...prompt, answerTokens: 3 };
    },
  };
  const raced = await race(sessions, { ...load, prompts, maxTokens: 8 }, 2, () => {}, clock);
  const written = raced.blocks.flatMap(({ timings }) => timings.map(({ tokens }) => tokens.length));
  assertEquals(written, new Array(8).fill(3));
  assertEquals(raced.blocks.flatMap((block) => answered(block, raced.workload, raced.requests)), []);
});
