/** Folded scales change nothing before rounding, for matrices that norms feed and those that rows feed. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type LayerWeights, layerWeights, localModel, type Tap, TAPS, widthOf } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { modelConfig, openWeights } from "../../../engine/weights/mod.ts";
import { LayerWalk } from "../../../engine/workbench/layer_walk.ts";
import { fold, shareHeads } from "../../../techniques/quantizers/folding.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { llamaFile, qwen2File, SIZE, tinyLlama, withBiases } from "../../engine/tiny_llama.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const TEXTS = [1, 2].map((seed) => Array.from({ length: 12 }, (_, i) => (seed * 7 + i * i * 5) % 40));
const FILES = { llama: llamaFile(tinyLlama()), qwen2: qwen2File(withBiases(tinyLlama())) };

for (const [family, bytes] of Object.entries(FILES)) {
  Deno.test(`a layer of ${family} with scales folded in at every tap gives what it gave`, async () => {
    const file = `${folder}/${family}.gguf`;
    await Deno.writeFile(file, bytes);
    using weights = openWeights((await localModel(file)).file);
    const config = modelConfig(weights);
    const { runtime } = await loadRuntime();
    const layer = layerWeights(weights, config, 0);
    const scales = (tap: Tap) => {
      const raw = Float32Array.from({ length: widthOf(tap, config) }, (_, i) => 0.5 + (i * 7 % 11) / 4);
      return shareHeads(tap, raw, config, (all) => Math.max(...all));
    };
    const after = async (given: LayerWeights) => {
      await using walk = new LayerWalk(runtime, 1, config, weights, TEXTS);
      await walk.advance(given);
      return walk.hidden[0]!;
    };
    const expected = await after(layer);
    for (const taps of [...TAPS.map((tap): readonly Tap[] => [tap]), TAPS]) {
      const folded = taps.reduce<LayerWeights>((below, tap) => fold(below, tap, scales(tap), config), layer);
      assert(taps.every((tap) => folded[tap].some((value, i) => value !== layer[tap][i])));
      (await after(folded)).forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-4));
    }
  });
}

Deno.test("query heads that share a head of V share its channels' scales, and no others", () => {
  const { heads, kvHeads, headDim } = SIZE;
  const config = { heads, kvHeads, headDim } as never;
  const raw = Float32Array.from({ length: heads * headDim }, (_, i) => i);
  const shared = shareHeads("attn_output", raw, config, (all) => Math.max(...all));
  assertEquals([...shared.subarray(0, headDim)], [...raw.subarray(headDim, 2 * headDim)]);
  assertEquals([...shared.subarray(headDim, 2 * headDim)], [...raw.subarray(headDim, 2 * headDim)]);
  assertEquals(shared.at(-1), heads * headDim - 1);
  assertEquals(shareHeads("ffn_down", raw, config, (all) => Math.max(...all)), raw);
});
