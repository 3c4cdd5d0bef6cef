/** Each step of AWQ loses no more than the one before it, on the gram that it sees, and the whole less than rounding. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { type Integers, localModel, type Model, UserError } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { openWeights, type Weights } from "../../../engine/weights/mod.ts";
import { openMade } from "../../../engine/workbench/made.ts";
import { Products } from "../../../engine/workbench/products.ts";
import { awq, awqMatrix } from "../../../techniques/quantizers/awq.ts";
import { powers, searchScales } from "../../../techniques/quantizers/channel_scales.ts";
import { clipped } from "../../../techniques/quantizers/clipping.ts";
import { descend } from "../../../techniques/quantizers/descent.ts";
import { changeOf, floatsOf, type Grid, lossOf, nearest } from "../../../techniques/quantizers/grid.ts";
import { baseline } from "../../contracts/baseline.ts";
import { f32 } from "../../engine/gguf_file.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { type Llama, llamaFile, naiveForward, tinyLlama } from "../../engine/tiny_llama.ts";
import { LETTERS, tokensOf } from "./letters.ts";
import { randomInputs, randomMatrix } from "./random_matrix.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
const { runtime } = await loadRuntime();
const products = new Products(runtime, 1);
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const W = randomMatrix(24, 64, 3);
const { gram, sizes } = randomInputs(200, 64, 5);
const PRECISIONS: readonly Integers[] = [
  { bits: 4, block: 16, symmetric: false },
  { bits: 3, block: 32, symmetric: true },
  { bits: 4, block: "channel", symmetric: false },
];
const lossOfGrid = (grid: Grid) => lossOf(products, changeOf(W, floatsOf(grid, W.columns)), gram);

for (const p of PRECISIONS) {
  const called = `${p.bits} bits in blocks of ${p.block}`;

  Deno.test(`at ${called} the scales that are found lose no more than none, whose loss is plain rounding's`, async () => {
    const { before, after } = await searchScales(products, W, gram, sizes, p);
    const rounded = await lossOfGrid(nearest(W, p));
    assertAlmostEquals(before / rounded, 1, 1e-4);
    assert(after < before);
  });

  Deno.test(`at ${called} no group loses more by its clipped range, by its own block of the gram`, async () => {
    const size = p.block === "channel" ? W.columns : p.block;
    const blocks = gram.map((value, at) =>
      Math.floor(at % W.columns / size) === Math.floor(Math.floor(at / W.columns) / size) ? value : 0
    );
    const grid = await clipped(products, W, gram, p);
    const lossOfRow = async (own: Grid, row: number) => {
      const change = changeOf(W, floatsOf(own, W.columns)).values;
      const values = change.subarray(row * W.columns, (row + 1) * W.columns);
      return await lossOf(products, { rows: 1, columns: W.columns, values }, blocks);
    };
    for (let row = 0; row < W.rows; row++) {
      assert(await lossOfRow(grid, row) <= await lossOfRow(nearest(W, p), row) * (1 + 1e-5));
    }
  });

  Deno.test(`at ${called} every sweep of descent loses no more than the one before it`, async () => {
    const losses: number[] = [];
    for (let sweeps = 0; sweeps < 4; sweeps++) {
      losses.push(await lossOfGrid(await descend(products, W, gram, nearest(W, p), sweeps)));
    }
    assert(losses[1]! < losses[0]! * 0.9, `${losses}`);
    losses.slice(1).forEach((loss, i) => assert(loss <= losses[i]! * (1 + 1e-5), `${losses}`));
  });
}

Deno.test("what is told of a matrix are the losses of what it was on the way", async () => {
  const p = PRECISIONS[0]!;
  const { scales, grid, told } = await awqMatrix(products, W, gram, sizes, p, 2);
  const own = floatsOf(grid, W.columns).map((value, i) => value / scales[i % W.columns]!);
  assertAlmostEquals(told.descended / await lossOf(products, changeOf(W, own), gram), 1, 1e-3);
  assert(told.scaled < told.rounded && told.descended < told.clipped);
});

Deno.test("a channel that is always zero has a scale of 1, and no other is touched by it", () => {
  const scales = powers(Float32Array.of(0, 4, 1), 0.5);
  assertEquals(scales[0], 1);
  assertAlmostEquals(scales[1]!, Math.SQRT2, 1e-6);
  assertAlmostEquals(scales[2]!, Math.SQRT1_2, 1e-6);
});

const CALIBRATION = { sets: [LETTERS], pieces: 32, tokens: 16 };

async function modelOf(llama: Llama, bits: 3 | 4): Promise<Model> {
  const file = `${folder}/${crypto.randomUUID()}.gguf`;
  await Deno.writeFile(file, llamaFile(llama));
  const technique = awq({ bits, block: 16, symmetric: false }, { calibration: CALIBRATION });
  return (await technique.transform({ ...baseline, model: await localModel(file) })).model;
}

/** The tiny llama with the tensors that the weights have. */
function llamaOf(weights: Weights, of: Llama): Llama {
  return new Map([...of].map(([key, { name, shape }]) => [key, f32(name, shape, weights.read(name))]));
}

for (const bits of [3, 4] as const) {
  Deno.test(`a llama's logits at ${bits} bits are nearer to those of its floats than with plain rounding`, async () => {
    const llama = tinyLlama();
    const model = await modelOf(llama, bits);
    const p = model.params.body as Integers;
    using base = openWeights(model.file);
    using made = await openMade(model, () => {});
    const rounded: Llama = new Map([...llama].map(([key, { name, shape }]) => {
      const values = base.read(name);
      const matrix = shape.length === 2 && key.startsWith("blk");
      const [rows, columns] = shape as [number, number];
      const w = { rows, columns, values };
      return [key, f32(name, shape, matrix ? floatsOf(nearest(w, p), columns) : values)];
    }));
    const distance = (other: Llama) => {
      let sum = 0;
      for (let seed = 0; seed < 6; seed++) {
        const tokens = tokensOf(seed * 7, 16);
        const expected = naiveForward(llama, tokens);
        naiveForward(other, tokens).forEach((row, i) =>
          row.forEach((v, j) => sum += (v - expected[i]![j]!) ** 2)
        );
      }
      return sum;
    };
    assert(distance(llamaOf(made, llama)) < 0.6 * distance(rounded));
  });
}

Deno.test("a weight that is no number is refused in one sentence, and nothing is made", async () => {
  const llama = new Map(tinyLlama());
  const { name, shape } = llama.get("blk.1.ffn_up")!;
  llama.set(
    "blk.1.ffn_up",
    f32(name, shape, Array.from({ length: 64 * 32 }, (_, i) => i === 70 ? NaN : 0.1)),
  );
  const model = await modelOf(llama, 4);
  await assertRejects(
    () => openMade(model, () => {}),
    UserError,
    "Cannot quantize the weights as all that is read for it must be finite numbers: a weight of input 6 of gate_up is NaN",
  );
});
