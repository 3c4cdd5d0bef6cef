/** Which matrices get few bits, and a whole tiny llama made by what was measured. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Dataset, Text } from "../../../datasets/mod.ts";
import { localModel, type ModelConfig, UserError } from "../../../engine/mod.ts";
import { madeNotes, openMade } from "../../../engine/workbench/made.ts";
import { lowest, mixedPrecision } from "../../../techniques/quantizers/mixed_precision.ts";
import type { Sensitivity } from "../../../techniques/quantizers/sensitivity.ts";
import { baseline } from "../../contracts/baseline.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { llamaFile, SIZE, tinyLlama } from "../../engine/tiny_llama.ts";

useTestCache();
const LOW = { bits: 4, block: 16, symmetric: true } as const;
const HIGH = { bits: 8, block: 16, symmetric: true } as const;
const config = { ...SIZE } as unknown as ModelConfig;
// Blocks of 16 take a scale of 4 bytes: 6 bits a weight where all are low, 10 where all are high.
const found: Sensitivity = [
  { qkv: 4, attn_output: 1, gate_up: 1, ffn_down: 8 },
  { qkv: 2, attn_output: 3, gate_up: 9, ffn_down: 7 },
];

Deno.test("nothing is lowered where the budget holds everything as it is", () => {
  assertEquals([...lowest(found, config, { bodyBits: 10, low: LOW, high: HIGH })], []);
});

Deno.test("everything is lowered where the budget is what the fewest bits take", () => {
  assertEquals(lowest(found, config, { bodyBits: 6, low: LOW, high: HIGH }).size, 8);
});

Deno.test("what loses least for the bytes that it saves is lowered first, and no more than the budget asks", () => {
  // Of 18,432 weights gate_up of a layer is 4,096: in four bits instead of eight it saves 0.89 bits a weight.
  assertEquals([...lowest(found, config, { bodyBits: 9.12, low: LOW, high: HIGH })], ["0 gate_up"]);
  const three = [...lowest(found, config, { bodyBits: 8.5, low: LOW, high: HIGH })];
  assertEquals(three, ["0 gate_up", "0 attn_output", "1 qkv"]);
});

Deno.test("a budget below what the fewest bits take is a user error", () => {
  assertThrows(() => lowest(found, config, { bodyBits: 5.9, low: LOW, high: HIGH }), UserError, "take 6.00");
  assertThrows(() => mixedPrecision({ bodyBits: 0 }), UserError, "above 0");
});

Deno.test("a model is measured, and made of the precisions that were chosen", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/tiny.gguf`;
  await Deno.writeFile(file, llamaFile(tinyLlama()));
  const letters: Dataset<Text> = {
    name: "letters_calibration",
    version: "1",
    source: "drawn here",
    license: "none",
    split: "calibration",
    digest: "letters",
    size: 8,
    async *samples() {
      for (let i = 0; i < 8; i++) {
        const text = Array.from({ length: 20 }, (_, at) => "abcdefghijklmnopqrst"[(at * i + at + i) % 20]);
        yield { id: `${i}`, cluster: `${i}`, slices: [], text: text.join("") };
      }
    },
  };
  const technique = mixedPrecision({
    bodyBits: 8,
    low: LOW,
    high: HIGH,
    head: { bits: 6, block: 16, symmetric: false },
    measured: { pieces: 4, tokens: 16 },
    calibration: { sets: [letters], pieces: 8, tokens: 16 },
  });
  const { model } = await technique.transform({ ...baseline, model: await localModel(file) });
  const told: number[] = [];
  using weights = await openMade(model, (done) => told.push(done));
  const held = (name: string) => weights.held?.(name)?.precision.bits;
  const layers = weights.names().filter((name) => name.startsWith("blk.")).map(held);
  assert(layers.includes(4) && layers.includes(8));
  assertEquals(held("token_embd.weight"), 6);
  const notes = await madeNotes(model) as unknown as { sensitivity: { sensitivity: Sensitivity } };
  const measured = notes.sensitivity.sensitivity;
  assertEquals(measured.length, SIZE.layers);
  assert(measured.every((one) => Object.values(one).every((kl) => kl > 0 && kl < 1)));
  assertEquals(told, told.toSorted((a, b) => a - b));
  await Deno.remove(folder, { recursive: true });
});
