/** A tiny model that drafters are trained for, and requests whose answers must stay those of plain decoding. */
import { localModel, onnxEngine, type Request, type Stack } from "../../../engine/mod.ts";
import { baseline } from "../../contracts/baseline.ts";
import { llamaFile, tinyLlama } from "../../engine/tiny_llama.ts";

/** Where its files are, until the tests end. */
export const tinyFolder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(tinyFolder, { recursive: true }));

/** The model of a seed, with a chat template. */
export async function stackOf(seed: number): Promise<Stack> {
  const file = `${tinyFolder}/${seed}.gguf`;
  const over = {
    "llama.context_length": { type: "u32", value: 512 },
    "tokenizer.chat_template": { type: "string", value: "{{ messages[0].content }}" },
  } as const;
  await Deno.writeFile(file, llamaFile(tinyLlama(seed), over));
  return { ...baseline, model: await localModel(file) };
}

export const engine = onnxEngine({ backend: "native", threads: 1 });

export const prompt = (length: number, step: number) =>
  Array.from({ length }, (_, j) => 2 + (j * j + step) % 36);

/** Short and long, to a limit or an end, greedy and drawn. */
const requests: readonly Request[] = Array.from({ length: 8 }, (_, i) => ({
  id: `r${i}`,
  prompt: prompt(5 + 9 * i, i),
  maxTokens: 1 + 7 * i,
  stop: i % 2 === 0 ? [] : [5, 9, 12],
  ...(i % 3 === 2 ? { sampling: { temperature: 1.2, seed: i } } : {}),
}));

/** What a stack answers. */
export async function run(stack: Stack, asked = requests) {
  await using session = await engine.open(stack);
  const tokens: Record<string, number[]> = {};
  const finish: Record<string, string> = {};
  for await (const emission of session.generate(asked)) {
    (tokens[emission.id] ??= []).push(...emission.tokens);
    if (emission.finish) finish[emission.id] = emission.finish;
  }
  const { counters, weightBytes } = await session.stats();
  return { answers: { tokens, finish }, counters, weightBytes };
}
