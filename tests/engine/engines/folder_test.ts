/** A model folder through the engines: the same logits and tokens as its plain forward pass. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { dense, localModel, oneAtATime, onnxEngine, plain, transformersJs } from "../../../engine/mod.ts";
import { openNetwork } from "../../../engine/engines/onnx_open.ts";
import { CONFIG, folderOf, sharded, tensorsOf, withFolder } from "../model_folder.ts";
import { useTestCache } from "../test_cache.ts";
import { type Llama, naiveForward, tinyLlama, withBiases } from "../tiny_llama.ts";

useTestCache();

const TOKENS = Array.from({ length: 16 }, (_, i) => (i * i * 3 + 7) % 40);
const MODELS: Readonly<Record<string, readonly [Llama, object]>> = {
  llama: [tinyLlama(7), {}],
  qwen2: [withBiases(tinyLlama(8)), { model_type: "qwen2", architectures: ["Qwen2ForCausalLM"] }],
};
const parts = { cache: dense(), decoder: plain, scheduler: oneAtATime };

for (const [kind, [weights, config]] of Object.entries(MODELS)) {
  const files = folderOf(sharded(tensorsOf(weights)), { "config.json": { ...CONFIG, ...config } });

  Deno.test(`a ${kind} folder gives the logits of its plain forward pass`, async () => {
    await withFolder(files, async (path) => {
      const stack = { model: await localModel(path), ...parts };
      await using network = await openNetwork({ stack, backend: "native", threads: 1 }, () => {});
      const ints = (of: (i: number) => number) => Int32Array.from(TOKENS, (_, i) => of(i));
      const { logits } = await network.forward({
        tokens: ints((i) => TOKENS[i]!),
        positions: ints((i) => i),
        sequence: ints(() => 0),
        past: [{ id: 0, epoch: 0, length: 0, copy() {} }],
        want: ints((i) => i),
      });
      const expected = naiveForward(weights, TOKENS).flat();
      assertEquals(logits.length, expected.length);
      logits.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-4));
    });
  });

  Deno.test(`both engines answer a ${kind} folder with the tokens of its plain forward pass`, async () => {
    const text = [...TOKENS];
    for (let i = 0; i < 6; i++) {
      const last = naiveForward(weights, text).at(-1)!;
      text.push(last.indexOf(Math.max(...last)));
    }
    await withFolder(files, async (path) => {
      const stack = { model: await localModel(path), ...parts };
      for (const engine of [onnxEngine({ backend: "native", threads: 1 }), transformersJs({ threads: 1 })]) {
        await using session = await engine.open(stack);
        const answer: number[] = [];
        for await (
          const { tokens } of session.generate([{ id: "a", prompt: TOKENS, maxTokens: 6, stop: [] }])
        ) {
          answer.push(...tokens);
        }
        assertEquals(answer, text.slice(TOKENS.length), engine.name);
      }
    });
  });
}
