/** The qwen2 architecture: llama with biases, and rotary pairs that are half a head apart. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  dense,
  type Engine,
  localModel,
  oneAtATime,
  plain,
  type Stack,
  transformersJs,
} from "../../../engine/mod.ts";
import { openNetwork } from "../../../engine/engines/onnx_open.ts";
import { useTestCache } from "../test_cache.ts";
import { naiveForward, qwen2File, tinyLlama, withBiases } from "../tiny_llama.ts";

useTestCache();

const model = withBiases(tinyLlama(5));
const TOKENS = Array.from({ length: 20 }, (_, i) => (i * i * 3 + 7) % 40);

async function withStack(use: (stack: Stack) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/qwen2.gguf`;
    await Deno.writeFile(file, qwen2File(model));
    await use({ model: await localModel(file), cache: dense(), decoder: plain, scheduler: oneAtATime });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a qwen2 file gives the logits of its plain forward pass", async () => {
  await withStack(async (stack) => {
    await using network = await openNetwork({ stack, backend: "native", threads: 1 }, () => {});
    const ints = (of: (i: number) => number) => Int32Array.from(TOKENS, (_, i) => of(i));
    const { logits } = await network.forward({
      tokens: ints((i) => TOKENS[i]!),
      positions: ints((i) => i),
      sequence: ints(() => 0),
      past: [{ id: 0, epoch: 0, length: 0, copy() {} }],
      want: ints((i) => i),
    });
    const expected = naiveForward(model, TOKENS).flat();
    assertEquals(logits.length, expected.length);
    logits.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-4));
  });
});

Deno.test("the peer engine answers a qwen2 file with the tokens of its plain forward pass", async () => {
  await withStack(async (stack) => {
    const engine: Engine = transformersJs({ threads: 1 });
    await using session = await engine.open(stack);
    const answer: number[] = [];
    for await (const { tokens } of session.generate([{ id: "a", prompt: TOKENS, maxTokens: 6, stop: [] }])) {
      answer.push(...tokens);
    }
    const text = [...TOKENS];
    for (let i = 0; i < 6; i++) {
      const last = naiveForward(model, text).at(-1)!;
      text.push(last.indexOf(Math.max(...last)));
    }
    assertEquals(answer, text.slice(TOKENS.length));
  });
});
