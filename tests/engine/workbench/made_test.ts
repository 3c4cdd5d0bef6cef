/** Made weights: kept piece by piece, read only when whole, and the same numbers as what they stand for. */
import { assertEquals, assertRejects } from "@std/assert";
import { cacheFolder, localModel, type Model, UserError } from "../../../engine/mod.ts";
import { quantize } from "../../../engine/graph/quantize.ts";
import { madeName, openMade } from "../../../engine/workbench/made.ts";
import { openWeights } from "../../../engine/weights/mod.ts";
import { useTestCache } from "../test_cache.ts";
import { llamaFile, tinyLlama } from "../tiny_llama.ts";
import { breaks, made, PRECISION } from "./rounding_maker.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const NAME = "blk.1.ffn_down.weight";

async function modelOf(setting: string): Promise<Model> {
  const file = `${folder}/tiny.gguf`;
  await Deno.writeFile(file, llamaFile(tinyLlama()));
  const model = await localModel(file);
  const params = { ...model.params, made: { name: "rounding", params: { setting } } };
  return { ...model, params, maker: import.meta.resolve("./rounding_maker.ts") };
}

Deno.test("made weights are the integers that their maker gave, and the rest is the file's own", async () => {
  const model = await modelOf("plain");
  using base = openWeights(model.file);
  using weights = await openMade(model, () => {});
  const [out, width] = base.shape(NAME) as [number, number];
  assertEquals(weights.held!(NAME)!.precision, PRECISION);
  assertEquals(weights.held!(NAME)!.read(), quantize(base.read(NAME), out, width, PRECISION));
  assertEquals(weights.held!("token_embd.weight"), undefined);
  assertEquals(weights.read("blk.0.ffn_norm.weight"), base.read("blk.0.ffn_norm.weight"));
});

Deno.test("a making that was cut off goes on after its last whole piece", async () => {
  const model = await modelOf("cut");
  made.length = 0;
  breaks.at = 1;
  await assertRejects(() => openMade(model, () => {}), Error, "cut off");
  breaks.at = -1;
  using _ = await openMade(model, () => {});
  assertEquals(made, [0, 1]);
});

Deno.test("made weights are made once", async () => {
  const model = await modelOf("once");
  (await openMade(model, () => {}))[Symbol.dispose]();
  made.length = 0;
  (await openMade(model, () => {}))[Symbol.dispose]();
  assertEquals(made, []);
});

Deno.test("damaged pieces are a user error, and go, so that the next run makes them anew", async () => {
  const model = await modelOf("damaged");
  (await openMade(model, () => {}))[Symbol.dispose]();
  const path = `${cacheFolder()}/${await madeName(model, model.maker!)}/layer-0.safetensors`;
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 1 : byte)));
  await assertRejects(() => openMade(model, () => {}), UserError, "layer-0 is not. They were removed");
  (await openMade(model, () => {}))[Symbol.dispose]();
});
