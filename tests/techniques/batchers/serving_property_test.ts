/** Every batcher over random arrivals, lengths and pages: answers as if alone, budgets kept, first come first served. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Batch,
  type KvLive,
  ManualClock,
  type Network,
  PAGE_TOKENS,
  PagedCache,
  type Request,
  type SchedulerLive,
} from "../../../engine/mod.ts";
import { open as plain } from "../../../engine/decoder.ts";
import { ToyNetwork } from "../../../engine/engines/toy.ts";
import { Loop } from "../../../engine/loop.ts";
import { open as oneAtATime } from "../../../engine/scheduler.ts";
import { type Batching, open as continuous } from "../../../techniques/batchers/continuous_batching.ts";
import { open as prefillFirst } from "../../../techniques/batchers/prefill_first.ts";
import { open as staticBatch } from "../../../techniques/batchers/static_batch.ts";
import type { TierFile } from "../../../techniques/caches/file_tier.ts";
import { open as kvOffload } from "../../../techniques/caches/kv_offload.ts";
import { open as prefixCache } from "../../../techniques/caches/prefix_cache.ts";
import { open as promptLookup } from "../../../techniques/decoders/prompt_lookup.ts";

const { shape } = new ToyNetwork();

/** A file in memory that loses a byte of what was written, and what is to be written, by turns. */
function lyingFile(): TierFile {
  let [bytes, at, turn] = [new Uint8Array(0), 0, 0];
  return {
    seekSync: (offset) => (at = Number(offset)),
    writeSync(from) {
      if (++turn % 5 === 0) throw new Error("No space left on device");
      if (bytes.length < at + from.length) {
        const grown = new Uint8Array(at + from.length);
        grown.set(bytes);
        bytes = grown;
      }
      bytes.set(from, at);
      at += from.length;
      return from.length;
    },
    readSync(into) {
      const part = bytes.subarray(at, at + into.length);
      if (++turn % 3 === 0 && part.length > 40) part[turn % part.length]! ^= 16;
      into.set(part);
      at += part.length;
      return part.length === 0 ? null : part.length;
    },
    close() {},
  };
}

const caches: Readonly<Record<string, (tokens: number) => KvLive>> = {
  paged: (tokens) => new PagedCache(shape, tokens),
  prefix_cache: (tokens) => prefixCache({ tokens }, { shape }),
  kv_offload: (tokens) => kvOffload({ tokens, fileTokens: 12 * PAGE_TOKENS }, { shape }, lyingFile),
};

const batchers: Readonly<Record<string, (params: Batching) => SchedulerLive>> = {
  static_batch: staticBatch,
  continuous_batching: continuous,
  prefill_first: prefillFirst,
};

/** Tells the shape of every step. */
class Watched extends ToyNetwork {
  readonly steps: { readonly rows: number; readonly sequences: number }[] = [];
  override forward(batch: Batch): ReturnType<Network["forward"]> {
    this.steps.push({ rows: batch.tokens.length, sequences: batch.past.length });
    return super.forward(batch);
  }
}

interface Asked {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly seed?: number | undefined;
  /** Steps after the request before it. */
  readonly after: number;
}

/** Prompts begin alike, for up to four pages. */
const prompt = fc.tuple(
  fc.constantFrom(3, 5),
  fc.integer({ min: 0, max: 64 }),
  fc.array(fc.integer({ min: 3, max: 7 }), { minLength: 1, maxLength: 20 }),
).map(([step, length, tail]) => [...Array.from({ length }, (_, i) => 3 + i * step % 7), ...tail]);

const asked: fc.Arbitrary<Asked> = fc.record({
  prompt,
  maxTokens: fc.integer({ min: 1, max: 40 }),
  seed: fc.option(fc.nat(99), { nil: undefined }),
  after: fc.nat(6),
});

const requestOf = ({ prompt, maxTokens, seed }: Asked, i: number): Request => ({
  id: `${i}`,
  prompt,
  maxTokens,
  stop: [9, 20],
  ...(seed === undefined ? {} : { sampling: { temperature: 0.8, topK: 12, seed } }),
});

type Parts = Omit<ConstructorParameters<typeof Loop>[0], "clock">;

async function run(all: readonly Asked[], parts: Parts) {
  const loop = new Loop({ ...parts, clock: new ManualClock() });
  const answers: Record<string, number[]> = {};
  const coming = all.map((one, i) => ({ request: requestOf(one, i), after: one.after }));
  let waited = 0;
  for (; coming.length > 0 || !loop.idle; waited++) {
    while (coming.length > 0 && (coming[0]!.after <= waited || loop.idle)) {
      loop.submit(coming.shift()!.request);
      waited = 0;
    }
    for (const { id, tokens } of await loop.step()) (answers[id] ??= []).push(...tokens);
  }
  parts.cache.check();
  return { answers, counters: loop.counters };
}

/** Nobody runs while one that came earlier waits. */
function inOrder(scheduler: SchedulerLive): SchedulerLive {
  return {
    step(waiting, running) {
      const [last, first] = [Math.max(...running.map(({ id }) => Number(id))), Number(waiting[0]?.id)];
      assert(!(last > first), `${last} runs while ${first} waits`);
      return scheduler.step(waiting, running);
    },
    preempt: (running) => scheduler.preempt(running),
  };
}

for (const [name, open] of Object.entries(batchers)) {
  Deno.test(`${name}: answers are as if alone, budgets are kept, nobody overtakes, and every page returns`, async () => {
    const sum: Record<string, number> = {};
    let largest = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(asked, { minLength: 1, maxLength: 8 }),
        fc.record({ sequences: fc.integer({ min: 1, max: 6 }), rows: fc.integer({ min: 6, max: 90 }) }),
        fc.nat(12),
        fc.constantFrom(...Object.keys(caches)),
        fc.boolean(),
        async (all, params, pages, cache, guessing) => {
          const longest = Math.max(...all.map(({ prompt, maxTokens }) => prompt.length + maxTokens));
          const tokens = (Math.ceil(longest / PAGE_TOKENS) + pages) * PAGE_TOKENS;
          const alone = await run(all, {
            network: new ToyNetwork(),
            cache: new PagedCache(shape, tokens),
            decoder: plain(),
            scheduler: oneAtATime(),
          });
          const network = new Watched();
          const { answers, counters } = await run(all, {
            network,
            cache: caches[cache]!(tokens),
            decoder: guessing ? promptLookup({ guesses: 8 }) : plain(),
            scheduler: inOrder(open(params)),
          });
          assertEquals(answers, alone.answers);
          assert(network.steps.every(({ sequences }) => sequences <= params.sequences));
          // A static batch has no budget of rows: all its prompts are read together.
          assert(name === "static_batch" || network.steps.every(({ rows }) => rows <= params.rows));
          assert(counters.pagesPeak! * PAGE_TOKENS <= tokens);
          for (const [what, count] of Object.entries(counters)) sum[what] = (sum[what] ?? 0) + count;
          largest = Math.max(largest, counters.largestBatch!);
        },
      ),
      { seed: 8, numRuns: 400 },
    );
    const { preempted, prefixRows, kvPagesRestored, kvPagesLost, kvPagesRefused } = sum;
    const happened = [preempted, prefixRows, kvPagesRestored, kvPagesLost, kvPagesRefused];
    assert(largest === 6 && happened.every((count) => count! > 5), `${largest}, ${happened}`);
  });
}

Deno.test("a request that the cache could never hold is refused, and those that run go on", async () => {
  const cache = new PagedCache(shape, 4 * PAGE_TOKENS);
  const loop = new Loop({
    ...{ network: new ToyNetwork(), cache, decoder: plain() },
    ...{ scheduler: continuous({ sequences: 4, rows: 32 }), clock: new ManualClock() },
  });
  loop.submit({ id: "short", prompt: [3, 4, 5], maxTokens: 6, stop: [] });
  let refused = "";
  try {
    loop.submit({ id: "long", prompt: Array(40).fill(3), maxTokens: 30, stop: [] });
  } catch (error) {
    refused = (error as Error).message;
  }
  assertEquals(
    refused,
    "Cannot answer request long as prompt and answer must fit 64 tokens: found 40 + 30",
  );
  let tokens = 0;
  while (!loop.idle) for (const emission of await loop.step()) tokens += emission.tokens.length;
  assertEquals(tokens, 6);
});
