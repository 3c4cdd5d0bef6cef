/** The walk through the layers beside the forward pass that is written out, and its statistics beside plain sums. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { layerWeights, localModel, TAPS, widthOf } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { modelConfig, openWeights, type Weights } from "../../../engine/weights/mod.ts";
import { LayerWalk } from "../../../engine/workbench/layer_walk.ts";
import { useTestCache } from "../test_cache.ts";
import {
  type Llama,
  llamaFile,
  naiveForward,
  qwen2File,
  SIZE,
  tinyLlama,
  withBiases,
} from "../tiny_llama.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const TEXTS = [1, 2, 3].map((seed) => Array.from({ length: 12 }, (_, i) => (seed * 7 + i * i * 5) % 40));

async function opened(name: string, bytes: Uint8Array): Promise<Weights> {
  const file = `${folder}/${name}.gguf`;
  await Deno.writeFile(file, bytes);
  return openWeights((await localModel(file)).file);
}

for (
  const [family, llama, write] of [
    ["llama", tinyLlama(), llamaFile],
    ["qwen2", withBiases(tinyLlama()), qwen2File],
  ] as const satisfies readonly (readonly [string, Llama, (llama: Llama) => Uint8Array])[]
) {
  Deno.test(`hidden states after all layers of ${family} give the logits of the whole network`, async () => {
    using weights = await opened(family, write(llama));
    const config = modelConfig(weights);
    const { runtime } = await loadRuntime();
    await using walk = new LayerWalk(runtime, 1, config, weights, TEXTS);
    for (let layer = 0; layer < config.layers; layer++) {
      await walk.advance(layerWeights(weights, config, layer));
    }
    const [gain, head] = [weights.read("output_norm.weight"), weights.read("token_embd.weight")];
    const { width } = SIZE;
    TEXTS.forEach((tokens, text) => {
      const logits = naiveForward(llama, tokens);
      tokens.forEach((_, i) => {
        const row = walk.hidden[0]!.subarray((text * tokens.length + i) * width).subarray(0, width);
        const rms = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / width + config.epsilon);
        logits[i]!.forEach((expected, v) => {
          const found = row.reduce((sum, x, d) => sum + x / rms * gain[d]! * head[v * width + d]!, 0);
          assertAlmostEquals(found, expected, 1e-4);
        });
      });
    });
  });
}

Deno.test("statistics are sums over what the first matrices read, the norm of the embeddings", async () => {
  using weights = await opened("sums", llamaFile(tinyLlama()));
  const config = modelConfig(weights);
  const { runtime } = await loadRuntime();
  await using walk = new LayerWalk(runtime, 1, config, weights, TEXTS);
  const { gram, meanAbs, maxAbs, rows } = await walk.statistics("qkv", layerWeights(weights, config, 0));
  const { width } = SIZE;
  const gain = weights.read("blk.0.attn_norm.weight");
  const table = weights.read("token_embd.weight");
  const normed = TEXTS.flat().map((token) => {
    const row = table.subarray(token * width, (token + 1) * width);
    const rms = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / width + config.epsilon);
    return Array.from(row, (v, d) => v / rms * gain[d]!);
  });
  assertEquals(rows, normed.length);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      assertAlmostEquals(gram[i * width + j]!, normed.reduce((sum, x) => sum + x[i]! * x[j]!, 0), 1e-3);
    }
    assertAlmostEquals(meanAbs[i]!, normed.reduce((sum, x) => sum + Math.abs(x[i]!), 0) / rows, 1e-4);
    assertAlmostEquals(maxAbs[i]!, Math.max(...normed.map((x) => Math.abs(x[i]!))), 1e-4);
  }
});

Deno.test("each tap is what its matrix reads: the layer's step from it is the layer's own", async () => {
  using weights = await opened("taps", llamaFile(tinyLlama()));
  const config = modelConfig(weights);
  const { runtime } = await loadRuntime();
  await using walk = new LayerWalk(runtime, 1, config, weights, TEXTS);
  const layer = layerWeights(weights, config, 0);
  // With no output of attention the second half of the layer reads the norm of the embeddings.
  const silent = { ...layer, attn_output: new Float32Array(layer.attn_output.length) };
  const direct = await walk.statistics("qkv", { ...layer, attn_norm: layer.ffn_norm });
  const after = await walk.statistics("gate_up", silent);
  direct.gram.forEach((value, i) => assertAlmostEquals(after.gram[i]!, value, 1e-3));
  const mixed = await walk.statistics("attn_output", layer);
  const fed = await walk.statistics("ffn_down", layer);
  assert(mixed.maxAbs.every((value) => value > 0) && fed.maxAbs.every((value) => value > 0));
  assertEquals([mixed.maxAbs.length, fed.maxAbs.length], [config.heads * config.headDim, config.ffn]);
});

Deno.test("rows that matrices read add up to their statistics, and carry what their products are added to", async () => {
  using weights = await opened("rows", llamaFile(tinyLlama()));
  const config = modelConfig(weights);
  const { runtime } = await loadRuntime();
  await using walk = new LayerWalk(runtime, 1, config, weights, TEXTS);
  const layer = layerWeights(weights, config, 0);
  for (const tap of TAPS) {
    const n = widthOf(tap, config);
    const { gram } = await walk.statistics(tap, layer);
    const [{ x, residual } = { x: new Float32Array() }] = await Array.fromAsync(walk.inputs(tap, layer));
    for (let at = 0; at < n * n; at += 7) {
      const sum = TEXTS.flat().reduce(
        (sum, _, row) => sum + x[row * n + Math.floor(at / n)]! * x[row * n + at % n]!,
        0,
      );
      assertAlmostEquals(gram[at]!, sum, 1e-3);
    }
    assertEquals(
      residual?.length,
      ["attn_output", "ffn_down"].includes(tap) ? walk.hidden[0]!.length : undefined,
    );
    if (tap === "attn_output") assertEquals(residual, walk.hidden[0]);
  }
});

Deno.test("what a layer's other weights were before has no say in its statistics", async () => {
  using weights = await opened("fresh", llamaFile(tinyLlama()));
  const config = modelConfig(weights);
  const { runtime } = await loadRuntime();
  const own = layerWeights(weights, config, 0);
  for (const part of ["attn_norm", "qkv", "attn_output", "ffn_norm", "gate_up"] as const) {
    await using walk = new LayerWalk(runtime, 1, config, weights, TEXTS);
    await using fresh = new LayerWalk(runtime, 1, config, weights, TEXTS);
    const other = { ...own, [part]: own[part].map((value, i) => value * (1 + i % 3)) };
    const before = await walk.statistics("ffn_down", own);
    const after = await walk.statistics("ffn_down", other);
    assertEquals(after, await fresh.statistics("ffn_down", other));
    assert(after.gram.some((value, i) => value !== before.gram[i]));
    await walk.advance(other);
    await fresh.advance(other);
    assertEquals(await walk.statistics("ffn_down", own), await fresh.statistics("ffn_down", own));
  }
});
