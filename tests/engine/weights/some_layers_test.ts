/** A model with some of its layers beside a file that has no others. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { bitsPerWeight, localModel, type Model, onnxEngine, UserError } from "../../../engine/mod.ts";
import { graphBytes } from "../../../engine/engines/graph_files.ts";
import { openNetwork } from "../../../engine/engines/onnx_open.ts";
import { openMade } from "../../../engine/workbench/made.ts";
import { modelConfig, openWeights } from "../../../engine/weights/mod.ts";
import { baseline } from "../../contracts/baseline.ts";
import { useTestCache } from "../test_cache.ts";
import { llamaFile, SIZE, tinyLlama } from "../tiny_llama.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const whole = tinyLlama();
const [both, second] = [`${folder}/both.gguf`, `${folder}/second.gguf`];
await Deno.writeFile(both, llamaFile(whole));
const kept = [...whole].filter(([name]) => !name.startsWith("blk.0."));
const renamed = kept.map(([name, tensor]) =>
  [name.replace("blk.1.", "blk.0."), { ...tensor, name: tensor.name.replace("blk.1.", "blk.0.") }] as const
);
const one = { "llama.block_count": { type: "u32", value: 1 } } as const;
await Deno.writeFile(second, llamaFile(new Map(renamed), one));

const some = (model: Model, layers: readonly number[]): Model => ({
  ...model,
  params: { ...model.params, layers },
});

async function logitsOf(model: Model): Promise<Float32Array> {
  const stack = { ...baseline, model };
  await using network = await openNetwork({ stack, backend: "native", threads: 1 }, () => {});
  assertEquals(network.shape.layers, 1);
  const tokens = Int32Array.of(3, 9, 4, 11);
  const { logits } = await network.forward({
    tokens,
    positions: tokens.map((_, i) => i),
    sequence: new Int32Array(tokens.length),
    past: [{ id: 1, epoch: 0, length: 0, copy() {} }],
    want: Int32Array.of(1, 3),
  });
  return logits;
}

Deno.test("a model with one of its layers is the file that has only this one, in floats and integers", async () => {
  const integers = { bits: 8, block: 32, symmetric: false } as const;
  for (const precision of [{ bits: 32 } as const, integers]) {
    const held = (model: Model): Model => ({
      ...model,
      params: { ...model.params, body: precision, head: precision },
    });
    const [a, b] = [held(some(await localModel(both), [1])), held(await localModel(second))];
    assertEquals(await logitsOf(a), await logitsOf(b));
    assertEquals(
      graphBytes({ ...baseline, model: a }, "fused"),
      graphBytes({ ...baseline, model: b }, "fused"),
    );
    assertEquals(bitsPerWeight(a, 1e5), bitsPerWeight(b, 1e5));
  }
});

Deno.test("what a maker makes is made of the whole file, and a layer keeps what was made of it", async () => {
  const model = await localModel(both);
  const params = { ...model.params, made: { name: "rounding", params: { setting: "some" } } };
  const maker = import.meta.resolve("../workbench/rounding_maker.ts");
  using all = await openMade({ ...model, params, maker }, () => {});
  using last = await openMade(some({ ...model, params, maker }, [1]), () => {});
  const name = "ffn_down.weight";
  assertEquals(last.held!(`blk.0.${name}`)!.read(), all.held!(`blk.1.${name}`)!.read());
  assertEquals(last.read(`blk.0.${name}`), all.read(`blk.1.${name}`));
});

Deno.test("a tensor of a layer that was left out is not there", () => {
  using weights = openWeights(both, [1]);
  assertEquals(modelConfig(weights).layers, 1);
  assertEquals(weights.called("blk.0.attn_q.weight"), "blk.1.attn_q.weight");
  assertEquals(weights.names().filter((name) => name.startsWith("blk.1.")), []);
});

Deno.test("layers that are not there, out of order, twice or none are a user error", async () => {
  for (const layers of [[], [2], [-1], [0.5], [1, 0], [0, 0], [NaN]]) {
    assertThrows(() => openWeights(both, layers), UserError, `one or more of 0 to ${SIZE.layers - 1}`);
  }
  const stack = { ...baseline, model: some(await localModel(both), [5]) };
  await assertRejects(() => onnxEngine({ backend: "native" }).open(stack), UserError, "found 5.");
  await assertRejects(() => openMade(stack.model, () => {}), UserError, "found 5.");
});
