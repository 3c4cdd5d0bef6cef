/** What a decoder is told of the target's hidden states. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { dense, localModel, oneAtATime, plain, type Request, type Stack } from "../../engine/mod.ts";
import { openNetwork } from "../../engine/engines/onnx_open.ts";
import { toyEngine, toyModel, ToyNetwork } from "../../engine/engines/toy.ts";
import { compose, continuousBatching, prefixCache, type Technique } from "../../techniques/mod.ts";
import { sizes, told } from "./learning_decoder.ts";
import { useTestCache } from "./test_cache.ts";
import { llamaFile, SIZE, tinyLlama } from "./tiny_llama.ts";

useTestCache();

const learning = { name: "learning", params: {}, module: import.meta.resolve("./learning_decoder.ts") };
const baseline: Stack = { model: toyModel, cache: dense(), decoder: learning, scheduler: oneAtATime };

/** The features of a text's rows, from the network itself. */
async function featuresOf(tokens: readonly number[]): Promise<number[]> {
  const { features } = await new ToyNetwork().forward({
    tokens: Int32Array.from(tokens),
    positions: Int32Array.from(tokens.keys()),
    sequence: new Int32Array(tokens.length),
    past: [{ id: 0, epoch: 0, length: 0, copy() {} }],
    want: new Int32Array(0),
    features: true,
  });
  return [...features!];
}

const requests: readonly Request[] = Array.from({ length: 5 }, (_, i) => ({
  id: `r${i}`,
  prompt: Array.from({ length: 70 }, (_, j) => 3 + (j % 9) * (i % 2 + 1) % 20),
  maxTokens: 40,
  stop: [2],
}));

async function answered(...techniques: Technique[]): Promise<Readonly<Record<string, number[]>>> {
  told.clear();
  sizes.length = 0;
  const stack = (await compose(baseline, techniques)).at(-1)!;
  await using session = await toyEngine().open(stack);
  const texts = Object.fromEntries(requests.map(({ id, prompt }) => [id, [...prompt]]));
  for await (const { id, tokens } of session.generate(requests)) texts[id]!.push(...tokens);
  return texts;
}

Deno.test("a decoder is told of every row once it is committed, prompts in chunks and accepted guesses alike", async () => {
  const texts = await answered(continuousBatching({ sequences: 3, rows: 32 }));
  for (const [id, text] of Object.entries(texts)) {
    // The last token's row is never computed, nor are rows of guesses that went beyond the end.
    const known = told.get(id)!.slice(0, text.length - 1);
    assertEquals(known, (await featuresOf(text)).slice(0, known.length));
    assert(known.length > 70);
  }
  assert(sizes.some((rows) => rows > 1 && rows <= 6), "some guesses were accepted");
});

Deno.test("rows that a prefix cache had are not told, and those after them stand where they belong", async () => {
  const texts = await answered(prefixCache());
  const first = Object.keys(told.get("r2")!).map(Number)[0]!;
  assert(first > 0);
  assertEquals(told.get("r2")![first], (await featuresOf(texts.r2!))[first]);
});

Deno.test("a decoder that does not learn costs no features", async () => {
  const asked: (boolean | undefined)[] = [];
  const stack: Stack = { ...baseline, decoder: plain };
  const distort = (_: Float32Array, __: number, { features }: { features?: boolean }) => asked.push(features);
  await using session = await toyEngine({ distort }).open(stack);
  await Array.fromAsync(session.generate(requests.slice(0, 1)));
  assertEquals(new Set(asked), new Set([undefined]));
});

Deno.test("the head's product with the features is the logits, whatever runs a step falls into", async () => {
  const folder = await Deno.makeTempDir();
  const llama = tinyLlama();
  await Deno.writeFile(`${folder}/tiny.gguf`, llamaFile(llama));
  const stack = { ...baseline, model: await localModel(`${folder}/tiny.gguf`) };
  await using network = await openNetwork({ stack, backend: "native", threads: 1 }, () => {});
  // One long sequence and three short ones: two runs of the graph, one of them padded.
  const lengths = [40, 3, 2, 1];
  const sequence = Int32Array.from(lengths.flatMap((length, i) => Array(length).fill(i)));
  const total = sequence.length;
  const { logits, features } = await network.forward({
    tokens: Int32Array.from(sequence, (_, i) => 2 + i * 7 % 30),
    positions: Int32Array.from(lengths.flatMap((length) => [...Array(length).keys()])),
    sequence,
    past: lengths.map((_, id) => ({ id, epoch: 0, length: 0, copy() {} })),
    want: Int32Array.from({ length: total }, (_, i) => i),
    features: true,
  });
  const { width, vocabulary } = SIZE;
  assertEquals(features!.length, total * width);
  const head = new Float32Array(llama.get("token_embd")!.data.slice().buffer);
  for (let row = 0; row < total; row++) {
    for (let v = 0; v < vocabulary; v++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += head[v * width + i]! * features![row * width + i]!;
      assertAlmostEquals(logits[row * vocabulary + v]!, sum, 1e-4);
    }
  }
  await Deno.remove(folder, { recursive: true });
});
