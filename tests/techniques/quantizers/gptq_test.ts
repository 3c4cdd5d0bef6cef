/** GPTQ over a whole tiny llama: what it makes, how it goes on, and what it is worth beside rounding to nearest. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Dataset, Text } from "../../../datasets/mod.ts";
import {
  cacheFolder,
  dequantize,
  localModel,
  type Model,
  quantize,
  type Stack,
  UserError,
} from "../../../engine/mod.ts";
import { madeName, madeNotes, openMade } from "../../../engine/workbench/made.ts";
import { openWeights, type Weights } from "../../../engine/weights/mod.ts";
import { gptq } from "../../../techniques/mod.ts";
import { baseline } from "../../contracts/baseline.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { f32 } from "../../engine/gguf_file.ts";
import {
  type Llama,
  llamaFile,
  naiveForward,
  qwen2File,
  tinyLlama,
  withBiases,
} from "../../engine/tiny_llama.ts";
import { random } from "./tiny_matrices.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const THREE = { bits: 3, block: 32, symmetric: false } as const;

/** Texts of letters that follow each other as in no other text. */
function letters(split: "calibration" | "test"): Dataset<Text> {
  const next = random(split.length);
  const text = () =>
    Array.from({ length: 48 }, () => "abcdefghijklmnopqrstuvwxyz"[Math.floor((next() + 1) * 13)]);
  return {
    name: `letters_${split}`,
    version: "1",
    source: "drawn here",
    license: "none",
    split,
    digest: split,
    size: 40,
    async *samples() {
      for (let i = 0; i < 40; i++) {
        yield { id: `${i}`, cluster: `${i}`, slices: [], text: text().join("") };
      }
    },
  };
}

async function stackOf(name: string, bytes: Uint8Array): Promise<Stack> {
  const file = `${folder}/${name}.gguf`;
  await Deno.writeFile(file, bytes);
  return { ...baseline, model: await localModel(file) };
}

const technique = (damping = 0.01) =>
  gptq(THREE, { damping, calibration: { sets: [letters("calibration")], pieces: 32, tokens: 40 } });

async function making(stack: Stack, damping?: number): Promise<Model> {
  return (await technique(damping).transform(stack)).model;
}

/** The tiny llama with its matrices as the weights have them. */
function withWeights(llama: Llama, weights: Weights): Llama {
  return new Map([...llama].map(([key, tensor]) => {
    const values = [...weights.read(tensor.name)];
    return [key, f32(tensor.name, tensor.shape, values)];
  }));
}

Deno.test("the recipe says what is made and of what, and the head stays as it is", async () => {
  const stack = await stackOf("recipe", llamaFile(tinyLlama()));
  const { params } = await making(stack);
  assertEquals([params.body, params.head], [THREE, { bits: 32 }]);
  const { calibration, ...settings } = params.made!.params as Record<string, Record<string, unknown>>;
  assertEquals<unknown>([params.made!.name, settings], ["gptq", {
    damping: 0.01,
    ordered: true,
    searched: true,
    sweeps: 3,
    corrected: 0.3,
  }]);
  assertEquals([calibration!.pieces, calibration!.tokens, calibration!.sets], [32, 40, [
    "letters_calibration",
  ]]);
});

for (
  const [family, llama, file] of [
    ["llama", tinyLlama(), llamaFile],
    ["qwen2", withBiases(tinyLlama()), qwen2File],
  ] as const
) {
  Deno.test(`the layers of ${family} are all made, and notes tell of each matrix that less was lost`, async () => {
    const model = await making(await stackOf(family, file(llama)));
    const told: number[] = [];
    using weights = await openMade(model, (done) => told.push(done));
    for (const name of weights.names()) {
      const layered = /^blk\.\d+\.(attn_(q|k|v|output)|ffn_(gate|up|down))\.weight$/.test(name);
      assertEquals(weights.held!(name)?.precision, layered ? THREE : undefined, name);
    }
    assertEquals(told.toSorted((a, b) => a - b), told);
    assertEquals(told.at(-1), 1);
    const notes = await madeNotes(model) as Record<
      string,
      { losses: Record<string, Record<string, number>> }
    >;
    assertEquals(Object.keys(notes), ["layer-00", "layer-01"]);
    for (const { losses } of Object.values(notes)) {
      assertEquals(Object.keys(losses), ["qkv", "attn_output", "gate_up", "ffn_down"]);
      for (const { made, rounded } of Object.values(losses)) assert(made! < rounded!);
    }
  });
}

Deno.test("logits are nearer to those of the file's weights than where matrices are rounded to nearest", async () => {
  const llama = tinyLlama();
  const stack = await stackOf("near", llamaFile(llama));
  using made = await openMade(await making(stack), () => {});
  using base = openWeights(stack.model.file);
  const rounded = roundedLlama(llama, base);
  const next = random(99);
  const tokens = Array.from({ length: 60 }, () => 2 + Math.floor((next() + 1) * 13));
  const expected = naiveForward(llama, tokens).flat();
  const distance = (other: Llama) =>
    naiveForward(other, tokens).flat().reduce((sum, value, i) => sum + (value - expected[i]!) ** 2, 0);
  assert(distance(withWeights(llama, made)) < 0.8 * distance(rounded));
});

function roundedLlama(llama: Llama, base: Weights): Llama {
  return new Map([...llama].map(([key, tensor]) => {
    const [out, width] = tensor.shape as [number, number | undefined];
    if (width === undefined || !key.startsWith("blk")) return [key, tensor];
    const packed = quantize(base.read(tensor.name), out, width, THREE);
    return [key, f32(tensor.name, tensor.shape, [...dequantize(packed, out, width, THREE)])];
  }));
}

Deno.test("a making that was cut off makes the same weights as one that was not", async () => {
  const stack = await stackOf("cut", llamaFile(tinyLlama(3)));
  const model = await making(stack);
  const whole = (await openMade(model, () => {})).read("blk.1.ffn_down.weight");
  const own = `${cacheFolder()}/${await madeName(model, model.maker!)}`;
  await Deno.remove(`${own}/made.json`);
  await Deno.remove(`${own}/layer-01.safetensors`);
  const first = await Deno.readFile(`${own}/layer-00.safetensors`);
  using again = await openMade(model, () => {});
  assertEquals(again.read("blk.1.ffn_down.weight"), whole);
  assertEquals(await Deno.readFile(`${own}/layer-00.safetensors`), first);
});

Deno.test("a damping that is less than nothing is refused", () => {
  assertThrows(() => gptq(THREE, { damping: -1 }), UserError, "damping must be 0 or more: found -1");
});

Deno.test("without a correction each matrix is solved for what the file has, and moves nowhere", async () => {
  const stack = await stackOf("plain", llamaFile(tinyLlama()));
  const calibration = { sets: [letters("calibration")], pieces: 8, tokens: 40 };
  const { model } = await gptq(THREE, { corrected: false, calibration }).transform(stack);
  (await openMade(model, () => {}))[Symbol.dispose]();
  const notes = await madeNotes(model) as Record<string, { losses: Record<string, Record<string, number>> }>;
  for (const { losses } of Object.values(notes)) {
    assertEquals(Object.values(losses).map(({ moved }) => moved), [0, 0, 0, 0]);
  }
});
