import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { dense, oneAtATime, plain, type Request, type Stack } from "../../engine/mod.ts";
import { toyEngine, toyModel } from "../../engine/engines/toy.ts";
import {
  compose,
  continuousBatching,
  prefixCache,
  promptLookup,
  type Technique,
} from "../../techniques/mod.ts";

const baseline: Stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };

async function answers(
  stack: Stack,
  requests: readonly Request[],
): Promise<{ tokens: Record<string, number[]>; counters: Readonly<Record<string, number>> }> {
  await using session = await toyEngine().open(stack);
  const tokens: Record<string, number[]> = {};
  for await (const emission of session.generate(requests)) {
    (tokens[emission.id] ??= []).push(...emission.tokens);
  }
  return { tokens, counters: (await session.stats()).counters };
}

async function withTechniques(...techniques: Technique[]): Promise<Stack> {
  return (await compose(baseline, techniques)).at(-1)!;
}

function requests(count: number, length = 40, maxTokens = 60): Request[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    prompt: Array.from({ length: length + i * 7 }, (_, j) => 3 + (i * j + j) % 20),
    maxTokens: maxTokens + i,
    stop: [2],
  }));
}

for (
  const [name, techniques] of Object.entries({
    "prompt lookup": [promptLookup()],
    "continuous batching": [continuousBatching()],
    "continuous batching in small chunks": [continuousBatching({ sequences: 4, rows: 16 })],
    "a prefix cache": [prefixCache()],
    "all of them": [prefixCache(), promptLookup(), continuousBatching()],
    "all of them under memory pressure": [
      prefixCache(480),
      promptLookup(),
      continuousBatching({ sequences: 8, rows: 64 }),
    ],
  })
) {
  Deno.test(`${name} gives the same tokens as plain decoding`, async () => {
    const asked = requests(9);
    assertEquals(
      (await answers(await withTechniques(...techniques), asked)).tokens,
      (await answers(baseline, asked)).tokens,
    );
  });
}

Deno.test("random requests under random stacks give the same tokens as plain decoding, greedy and sampled", async () => {
  const request = fc.record({
    prompt: fc.array(fc.integer({ min: 3, max: 12 }), { minLength: 1, maxLength: 60 }),
    maxTokens: fc.integer({ min: 1, max: 50 }),
    seed: fc.option(fc.nat(1000), { nil: undefined }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { minLength: 1, maxLength: 7 }),
      fc.record({ sequences: fc.integer({ min: 1, max: 6 }), rows: fc.integer({ min: 8, max: 64 }) }),
      fc.integer({ min: 160, max: 1200 }),
      async (asked, batching, tokens) => {
        const list = asked.map(({ prompt, maxTokens, seed }, i): Request => ({
          id: `r${i}`,
          prompt,
          maxTokens,
          stop: [2],
          ...(seed === undefined ? {} : { sampling: { temperature: 0.7, topK: 20, topP: 0.95, seed } }),
        }));
        const stack = await withTechniques(prefixCache(tokens), promptLookup(), continuousBatching(batching));
        assertEquals((await answers(stack, list)).tokens, (await answers(baseline, list)).tokens);
      },
    ),
    { numRuns: 60, seed: 7 },
  );
});

Deno.test("each technique is shown to have run by its counters", async () => {
  const same = requests(6).map((request) => ({ ...request, prompt: requests(1, 64)[0]!.prompt }));
  const looked = (await answers(await withTechniques(promptLookup()), same)).counters;
  assert(looked.accepted! > 0, JSON.stringify(looked));
  assertEquals((await answers(await withTechniques(continuousBatching()), same)).counters.largestBatch, 6);
  const shared = (await answers(await withTechniques(prefixCache()), same)).counters;
  assertEquals([shared.prefixHits, shared.prefixRows], [5, 5 * 48]);
});

Deno.test("a cache too small for two requests preempts one and still answers both the same", async () => {
  const stack = await withTechniques(continuousBatching({ sequences: 4, rows: 64 }));
  const asked = requests(4, 30, 90);
  const small = { ...stack, cache: dense(224) };
  const { tokens, counters } = await answers(small, asked);
  assert(counters.preempted! > 0, "nothing was preempted");
  assertEquals(tokens, (await answers(baseline, asked)).tokens);
});
