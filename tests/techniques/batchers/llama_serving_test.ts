/** Batchers and caches over a small llama on ONNX Runtime: whatever comes together, answers are token for token as if alone. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  dense,
  type KvLive,
  type KvShape,
  localModel,
  ManualClock,
  oneAtATime,
  PAGE_TOKENS,
  PagedCache,
  plain,
  type Request,
  type SchedulerLive,
} from "../../../engine/mod.ts";
import { open as greedy } from "../../../engine/decoder.ts";
import { openNetwork } from "../../../engine/engines/onnx_open.ts";
import { Loop } from "../../../engine/loop.ts";
import { open as alone } from "../../../engine/scheduler.ts";
import { open as continuous } from "../../../techniques/batchers/continuous_batching.ts";
import { open as prefillFirst } from "../../../techniques/batchers/prefill_first.ts";
import { open as staticBatch } from "../../../techniques/batchers/static_batch.ts";
import { open as kvOffload } from "../../../techniques/caches/kv_offload.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { llamaFile, SIZE, tinyLlama } from "../../engine/tiny_llama.ts";

useTestCache();
const LIMIT = 14 * PAGE_TOKENS;

const file = Deno.makeTempFileSync({ suffix: ".gguf" });
Deno.writeFileSync(file, llamaFile(tinyLlama(5)));
globalThis.addEventListener("unload", () => Deno.removeSync(file));
const model = await localModel(file);
const opening = {
  stack: { model, cache: dense(), decoder: plain, scheduler: oneAtATime },
  ...{ backend: "native" as const, threads: 1 },
};

/** Prompts begin alike, so that there is something to share, to put aside and to take back. */
const asked = fc.array(
  fc.record({
    shared: fc.nat(60),
    own: fc.integer({ min: 1, max: 30 }),
    most: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 3, maxLength: 9 },
).map((all) =>
  all.map(({ shared, own, most }, i): Request => ({
    id: `${i}`,
    prompt: Array.from(
      { length: shared + own },
      (_, at) => (at < shared ? at * at * 5 + at : i * 7 + at * 3) % SIZE.vocabulary,
    ),
    maxTokens: most,
    stop: [1],
  }))
);

const batchers: Readonly<Record<string, () => SchedulerLive>> = {
  static_batch: () => staticBatch({ sequences: 5 }),
  continuous_batching: () => continuous({ sequences: 5, rows: 24 }),
  prefill_first: () => prefillFirst({ sequences: 5, rows: 80 }),
};

Deno.test("batches over little memory and a file beside it answer as if each request were alone", async () => {
  const run = async (
    requests: readonly Request[],
    open: (shape: KvShape) => KvLive,
    scheduler: SchedulerLive,
  ) => {
    // One of its own: what a network has staged it knows by the names that one cache gives to its sequences.
    await using network = await openNetwork(opening, () => {});
    const cache = open(network.shape);
    const loop = new Loop({ network, cache, scheduler, decoder: greedy(), clock: new ManualClock() });
    const answers: Record<string, number[]> = {};
    for (const request of requests) loop.submit(request);
    while (!loop.idle) for (const { id, tokens } of await loop.step()) (answers[id] ??= []).push(...tokens);
    cache.check();
    cache[Symbol.dispose]?.();
    return { answers, counters: loop.counters };
  };
  const sum: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(asked, fc.constantFrom(...Object.keys(batchers)), async (requests, name) => {
      const { answers } = await run(requests, (shape) => new PagedCache(shape, LIMIT), alone());
      const served = await run(
        requests,
        (shape) => kvOffload({ tokens: LIMIT, fileTokens: 4 * LIMIT }, { shape, model }),
        batchers[name]!(),
      );
      assertEquals(served.answers, answers);
      for (const [what, count] of Object.entries(served.counters)) sum[what] = (sum[what] ?? 0) + count;
    }),
    { seed: 3, numRuns: 12 },
  );
  const happened = [sum.chunks, sum.preempted, sum.prefixRows, sum.kvPagesRestored];
  assert(happened.every((count) => count! > 0), `${happened}`);
});
