/** Drafts by some of a tiny model's own layers: what they may cost the answers (nothing), and what the repair is worth. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { localModel, onnxEngine, type Request, type Stack, UserError } from "../../../engine/mod.ts";
import {
  continuousBatching,
  draftModel,
  earlyExit,
  fewerLayers,
  quantizedKv,
} from "../../../techniques/mod.ts";
import { baseline } from "../../contracts/baseline.ts";
import { f32 } from "../../engine/gguf_file.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { type Llama, llamaFile, tinyLlama } from "../../engine/tiny_llama.ts";
import { letters } from "./letters.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

/** A model of three layers, the last one drawn by another seed. */
function three(): Llama {
  const last = [...tinyLlama(2)].filter(([name]) => name.startsWith("blk.1."))
    .map(([name, tensor]) => [name.replace("blk.1.", "blk.2."), tensor] as const);
  return new Map([...tinyLlama(), ...last]);
}

/** The model with a layer that adds nothing. */
function without(layer: number, llama: Llama): Llama {
  return new Map([...llama].map(([name, tensor]) => {
    if (!new RegExp(`^blk.${layer}.(attn_output|ffn_down)`).test(name)) return [name, tensor];
    return [name, f32(tensor.name, tensor.shape, new Array(tensor.data.length / 4).fill(0))];
  }));
}

async function stackOf(llama: Llama): Promise<Stack> {
  const file = `${folder}/${crypto.randomUUID()}.gguf`;
  const named = [...llama].map(([key, tensor]) => [key, { ...tensor, name: nameOf(key) }] as const);
  await Deno.writeFile(file, llamaFile(new Map(named), { "llama.block_count": { type: "u32", value: 3 } }));
  return { ...baseline, model: await localModel(file) };
}

const nameOf = (key: string) => `${key}.weight`;

const requests: readonly Request[] = Array.from({ length: 6 }, (_, i) => ({
  id: `r${i}`,
  prompt: Array.from({ length: 5 + 9 * i }, (_, j) => 2 + (j * j + i) % 36),
  maxTokens: 30 + i,
  stop: [],
  ...(i % 3 === 2 ? { sampling: { temperature: 0.8, seed: i } } : {}),
}));

async function run(stack: Stack, asked = requests) {
  await using session = await onnxEngine({ backend: "native", threads: 1 }).open(stack);
  const tokens: Record<string, number[]> = {};
  for await (const emission of session.generate(asked)) (tokens[emission.id] ??= []).push(...emission.tokens);
  const { counters, weightBytes } = await session.stats();
  return { tokens, counters, weightBytes };
}

const calibration = { sets: [letters], pieces: 32, tokens: 40 };
const greedy = requests.filter(({ sampling }) => sampling === undefined);

Deno.test("answers are those of plain decoding, alone and in a crowd, greedy and drawn", async () => {
  const stack = await stackOf(three());
  const exit = earlyExit({ layers: [0], guesses: 3, calibration });
  const plain = await run(stack);
  for (const base of [stack, await continuousBatching().transform(stack)]) {
    const { tokens, counters, weightBytes } = await run(await exit.transform(base));
    assertEquals(tokens, plain.tokens);
    assert(counters.drafted! > counters.accepted! && counters.accepted! > 0);
    assert(weightBytes! > plain.weightBytes!);
  }
});

Deno.test("answers over a cache that rounds are those of plain decoding over it", async () => {
  const stack = await quantizedKv({ bits: 8, keys: "page", values: "token" }).transform(
    await stackOf(three()),
  );
  const exit = earlyExit({ layers: [0, 1], guesses: 3, calibration });
  assertEquals((await run(await exit.transform(stack), greedy)).tokens, (await run(stack, greedy)).tokens);
});

Deno.test("more guesses are right where the layers left out add nothing than where they add", async () => {
  const share = async (llama: Llama, layers: readonly number[]) => {
    const exit = earlyExit({ layers, guesses: 3, calibration });
    const { counters } = await run(await exit.transform(await stackOf(llama)), greedy);
    return counters.accepted! / counters.drafted!;
  };
  for (const [layer, layers] of [[2, [0, 1]], [1, [0, 2]]] as const) {
    const [nothing, something] = [
      await share(without(layer, three()), layers),
      await share(three(), layers),
    ];
    assert(nothing > something, `${nothing} beside ${something}`);
  }
});

Deno.test("a draft with some of the layers and K and V of its own changes no answer", async () => {
  const stack = await stackOf(three());
  const held = { bits: 8, block: 16, symmetric: false } as const;
  const draft = [fewerLayers({ layers: [0, 2], body: held, head: held, calibration })];
  const { tokens, counters } = await run(
    await draftModel({ draft, guesses: 3, draws: false }).transform(stack),
  );
  assertEquals(tokens, (await run(stack)).tokens);
  assert(counters.drafted! > counters.accepted! && counters.accepted! > 0);
});

Deno.test("layers that are not there are a user error", async () => {
  const stack = await earlyExit({ layers: [0, 7], calibration }).transform(await stackOf(three()));
  await assertRejects(() => run(stack), UserError, "one or more of 0 to 2");
});
