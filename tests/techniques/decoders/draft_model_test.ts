import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Live,
  LiveSession,
  localModel,
  type Model,
  onnxEngine,
  openSlots,
  parts,
  type Request,
  type Stack,
  systemClock,
  UserError,
} from "../../../engine/mod.ts";
import { ToyNetwork, type ToyOptions, toyTokenizer } from "../../../engine/engines/toy.ts";
import { compose, continuousBatching, promptLookup, roundToNearest } from "../../../techniques/mod.ts";
import { draftModel } from "../../../techniques/decoders/draft_model.ts";
import { baseline } from "../../contracts/baseline.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { llamaFile, metadata, tinyLlama } from "../../engine/tiny_llama.ts";
import { missing, StagedNetwork } from "./staged_network.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const toy = baseline.model;
const technique = draftModel({ draft: toy, guesses: 3 });

const requests: readonly Request[] = Array.from({ length: 6 }, (_, i) => ({
  id: `r${i}`,
  prompt: Array.from({ length: 5 + 9 * i }, (_, j) => 3 + (j * j + i) % 36),
  maxTokens: 30 + i,
  stop: i % 2 ? [7] : [],
  ...(i % 3 === 2 ? { sampling: { temperature: 0.8, topK: 20, seed: i } } : {}),
}));
const greedy = requests.filter(({ sampling }) => sampling === undefined);

/** Runs a toy stack whose draft is distorted. */
async function run(stack: Stack, asked: readonly Request[], options: ToyOptions = {}) {
  const network = new ToyNetwork();
  const live = {
    shape: network.shape,
    model: stack.model,
    clock: systemClock,
    network: () => Promise.resolve(new StagedNetwork(options)),
  } as unknown as Live;
  const slots = await openSlots(stack, live);
  await using session = new LiveSession(network, toyTokenizer, slots, systemClock);
  const tokens: Record<string, number[]> = {};
  for await (const emission of session.generate(asked)) (tokens[emission.id] ??= []).push(...emission.tokens);
  return { tokens, counters: (await session.stats()).counters };
}

Deno.test("a draft that is the model itself is accepted whole, greedy and drawn", async () => {
  const { counters } = await run(await technique.transform(baseline), requests);
  assert(counters.drafted! > 0);
  assertEquals(counters.accepted, counters.drafted);
});

Deno.test("in 300 random runs with a draft that misses greedy answers are those of plain decoding", async () => {
  const asked = fc.array(
    fc.record({
      length: fc.integer({ min: 1, max: 60 }),
      maxTokens: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(50),
      stop: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(
      asked,
      fc.record({ every: fc.integer({ min: 1, max: 9 }), guesses: fc.integer({ min: 1, max: 8 }) }),
      fc.option(
        fc.record({ sequences: fc.integer({ min: 1, max: 4 }), rows: fc.integer({ min: 4, max: 64 }) }),
      ),
      async (each, { every, guesses }, batching) => {
        const given = each.map(({ length, maxTokens, seed, stop }, i): Request => ({
          id: `r${i}`,
          prompt: Array.from({ length }, (_, j) => 3 + (j * seed + i) % 40),
          maxTokens,
          stop: stop ? [5, 9, 12] : [],
        }));
        const beneath = batching ? await continuousBatching(batching).transform(baseline) : baseline;
        const stack = await draftModel({ draft: toy, guesses }).transform(beneath);
        const { tokens, counters } = await run(stack, given, missing(every));
        assertEquals(tokens, (await run(baseline, given)).tokens);
        assert((counters.accepted ?? 0) <= (counters.drafted ?? 0));
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("where no guess is drawn, the draws of a request that samples are those of plain decoding", async () => {
  const stack = await draftModel({ draft: toy, guesses: 3, draws: false }).transform(baseline);
  const { tokens, counters } = await run(stack, requests, missing(3));
  assertEquals(tokens, (await run(baseline, requests)).tokens);
  assert(counters.accepted! > 0 && counters.accepted! < counters.drafted!);
});

Deno.test("the draft is recorded by what it is, without a path", async () => {
  const own = { ...baseline.model, file: "/home/someone/draft.gguf" };
  const stack = await draftModel({ draft: own, guesses: 3 }).transform(baseline);
  const { name, params } = baseline.model;
  assertEquals(parts(stack).decoder, {
    name: "draft_model",
    params: { guesses: 3, tokens: 8192, draws: true, draft: { name, params } },
  });
});

Deno.test("a step cannot have no guess, half of one, or more than are verified", () => {
  for (const guesses of [0, 1.5, 33, NaN]) {
    assertThrows(() => draftModel({ draft: toy, guesses }), UserError, "1 to 32");
  }
});

async function modelOf(seed: number, over: Parameters<typeof llamaFile>[1] = {}): Promise<Model> {
  const file = `${folder}/${crypto.randomUUID()}.gguf`;
  await Deno.writeFile(file, llamaFile(tinyLlama(seed), over));
  return await localModel(file);
}

async function answers(stack: Stack, asked: readonly Request[]) {
  await using session = await onnxEngine({ backend: "native", threads: 1 }).open(stack);
  const tokens: Record<string, number[]> = {};
  for await (const emission of session.generate(asked)) (tokens[emission.id] ??= []).push(...emission.tokens);
  const { counters, weightBytes } = await session.stats();
  return { tokens, counters, weightBytes };
}

Deno.test("another file and the same file in fewer bits draft beside the model in one worker", async () => {
  const stack: Stack = { ...baseline, model: await modelOf(1) };
  const other = await modelOf(2);
  const plain = await answers(stack, greedy);
  const eight = roundToNearest({ bits: 8, block: 32, symmetric: false });
  for (const base of [stack, await continuousBatching().transform(stack)]) {
    for (const draft of [other, [eight]]) {
      const { tokens, counters, weightBytes } = await answers(
        await draftModel({ draft, guesses: 3 }).transform(base),
        greedy,
      );
      assertEquals(tokens, plain.tokens);
      assert(counters.drafted! > 0 && weightBytes! > plain.weightBytes!);
      if (draft !== other) assert(counters.accepted! > counters.drafted! / 2);
    }
  }
});

Deno.test("a draft that techniques make is the file's own model, whatever the target is held as", async () => {
  const stack: Stack = { ...baseline, model: await modelOf(1) };
  const [eight, four] = ([8, 4] as const).map((bits) =>
    roundToNearest({ bits, block: 32, symmetric: false })
  );
  const technique = draftModel({ draft: [four!] });
  const drafted = (await compose(stack, [eight!, technique])).at(-1)!;
  assertEquals(drafted.decoder.models!.draft, (await four!.transform(stack)).model);
  assert(technique.summary.includes("after int4"));
});

Deno.test("what makes no model is no draft", () => {
  assertThrows(() => draftModel({ draft: [promptLookup()] }), UserError, "prompt_lookup");
});

Deno.test("a draft with another tokenizer is a user error before anything runs", async () => {
  const stack: Stack = { ...baseline, model: await modelOf(1) };
  const key = "tokenizer.ggml.tokens";
  const tokens = metadata()[key] as {
    readonly type: "array";
    readonly of: "string";
    readonly value: string[];
  };
  const swapped = { ...tokens, value: tokens.value.with(2, "b").with(3, "a") };
  for (
    const [over, why] of [
      [{ [key]: swapped }, 'id 2 is "b" where the target\'s is "a"'],
      [{ "tokenizer.ggml.merges": { type: "array", of: "string", value: ["b c"] } }, "merges other pairs"],
      [{ "tokenizer.ggml.pre": { type: "string", value: "qwen2" } }, "cuts text in another way"],
    ] as const
  ) {
    const draft = await modelOf(2, over);
    const error = await assertRejects(
      async () => await draftModel({ draft }).transform(stack),
      UserError,
      why,
    );
    assert(
      error.message.startsWith(`Cannot draft with ${draft.name} as its tokenizer must be the target's: `),
    );
  }
});

Deno.test("a draft whose file is missing is a user error", async () => {
  const stack: Stack = { ...baseline, model: await modelOf(1) };
  const draft = { ...await modelOf(2), file: `${folder}/nowhere.gguf` };
  await assertRejects(async () => await draftModel({ draft }).transform(stack), UserError, "nowhere.gguf");
});

Deno.test("a draft whose context is shorter stops guessing there, and the answer goes on", async () => {
  const stack: Stack = { ...baseline, model: await modelOf(1) };
  const draft = await modelOf(1, { "llama.context_length": { type: "u32", value: 24 } });
  const asked = [{ ...greedy[0]!, maxTokens: 60, stop: [] }];
  const { tokens, counters } = await answers(await draftModel({ draft, guesses: 3 }).transform(stack), asked);
  assertEquals(tokens, (await answers(stack, asked)).tokens);
  assert(counters.accepted! > 0 && counters.steps! > 36);
});
