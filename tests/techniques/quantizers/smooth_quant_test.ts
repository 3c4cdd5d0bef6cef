/** Smoothing takes outliers of the activations into the weights; what still loses too much is kept wide. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { localModel, UserError } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { openMade } from "../../../engine/workbench/made.ts";
import { Products } from "../../../engine/workbench/products.ts";
import { smoothQuant } from "../../../techniques/quantizers/smooth_quant.ts";
import {
  roundRows,
  type Sample,
  sampleOf,
  smooth,
  smoothing,
} from "../../../techniques/quantizers/smoothing.ts";
import { W8A8, w8a8, WIDE } from "../../../techniques/quantizers/w8a8.ts";
import { baseline } from "../../contracts/baseline.ts";
import { useTestCache } from "../../engine/test_cache.ts";
import { f32 } from "../../engine/gguf_file.ts";
import { type Llama, llamaFile, naiveForward, tinyLlama } from "../../engine/tiny_llama.ts";
import { LETTERS, tokensOf } from "./letters.ts";
import { randomMatrix } from "./random_matrix.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const { runtime } = await loadRuntime();
const products = new Products(runtime, 1);
const CALIBRATION = { sets: [LETTERS], pieces: 32, tokens: 16 };

/** Rows whose channel 3 is a hundred times as large as the others, and channel 5 always zero. */
function outliers(rows: number, columns: number): Sample {
  const x = randomMatrix(rows, columns, 7);
  const values = x.values.map((value, i) => value * (i % columns === 3 ? 100 : i % columns === 5 ? 0 : 1));
  const largest = new Float32Array(columns);
  values.forEach((value, i) => largest[i % columns] = Math.max(largest[i % columns]!, Math.abs(value)));
  return { x: { rows, columns, values }, largest };
}

async function modelOf(llama: Llama, lost: number) {
  const file = `${folder}/${crypto.randomUUID()}.gguf`;
  await Deno.writeFile(file, llamaFile(llama));
  const stack = { ...baseline, model: await localModel(file) };
  return (await smoothQuant({ calibration: CALIBRATION, lost }).transform(stack)).model;
}

Deno.test("with an outlier among the activations, smoothing loses a small part of what rounding does", async () => {
  const { told, scales } = await smooth(products, randomMatrix(16, 32, 1), outliers(100, 32), W8A8);
  assert(told.alpha > 0 && told.smoothed < told.plain / 5, JSON.stringify(told));
  assertEquals(scales[5], 1);
});

Deno.test("where there is no outlier, smoothing loses no more than rounding", async () => {
  const x = randomMatrix(100, 32, 7);
  const { told } = await smooth(products, randomMatrix(16, 32, 1), {
    x,
    largest: new Float32Array(32).fill(1),
  }, W8A8);
  assert(told.smoothed <= told.plain);
});

Deno.test("a row's loss is told as a share of what the product is added to", async () => {
  const [w, { x, largest }] = [randomMatrix(16, 32, 1), outliers(10, 32)];
  const residual = new Float32Array(10 * 16).fill(1e4);
  const alone = (await smooth(products, w, { x, largest }, W8A8)).told.plain;
  const added = (await smooth(products, w, { x, largest, residual }, W8A8)).told.plain;
  assert(added < alone / 100);
});

Deno.test("scales are the activations' range against the weights', and 1 where one of them is empty", () => {
  const scales = smoothing(Float32Array.of(16, 16, 0, 1), Float32Array.of(4, 1, 1, 0), 0.5);
  assertEquals([...scales], [2, 4, 1, 1]);
});

Deno.test("rows are rounded by their own largest magnitude, whatever stands beside them", () => {
  const rows = { rows: 2, columns: 2, values: Float32Array.of(127, 0.4, 1.27, 0.004) };
  assertAlmostEquals(roundRows(rows).values[0]!, 127, 1e-6);
  assertEquals(roundRows(rows).values[1], 0);
  assertAlmostEquals(roundRows(rows).values[2]!, 1.27, 1e-6);
  assertEquals(roundRows(rows).values[3], 0);
});

Deno.test("the sample's largest are over all rows, also those that are not kept", async () => {
  async function* inputs() {
    yield await Promise.resolve({ x: Float32Array.of(1, -2, 3, 1), residual: Float32Array.of(5, 6) });
    yield { x: Float32Array.of(-4, 0, 0, 9), residual: Float32Array.of(7, 8) };
  }
  const { x, residual, largest } = await sampleOf(inputs(), 2, 1);
  assertEquals([...largest], [4, 9]);
  assertEquals([[...x.values], [...residual!]], [[1, -2, -4, 0], [5, 7]]);
});

for (const [share, precision] of [[1, W8A8], [1e-12, WIDE]] as const) {
  Deno.test(`where a matrix may lose ${share}, it is held as ${precision.block === 64 ? "wide" : "integers on both sides"}`, async () => {
    const llama = tinyLlama();
    using made = await openMade(await modelOf(llama, share), () => {});
    for (const name of ["blk.0.attn_v.weight", "blk.1.ffn_down.weight"]) {
      assertEquals(made.held!(name)!.precision, precision);
    }
    const own: Llama = new Map(
      [...llama].map(([key, { name, shape }]) => [key, f32(name, shape, made.read(name))]),
    );
    const [expected, found] = [llama, own].map((one) => naiveForward(one, tokensOf(4, 16)).flat());
    const lost = expected!.reduce((sum, value, i) => sum + (found![i]! - value) ** 2, 0);
    const all = expected!.reduce((sum, value) => sum + value ** 2, 0);
    assert(lost < all / 1000, `${lost / all}`);
  });
}

Deno.test("a share that is not above 0 is refused", () => {
  assertThrows(
    () => smoothQuant({ lost: 0 }),
    UserError,
    "Cannot smooth a model as the share that a matrix may lose must be above 0: found 0.",
  );
});

for (const activations of ["token", "tensor"] as const) {
  Deno.test(`plain integers on both sides are of the file's weights, a scale per ${activations}`, async () => {
    const smoothed = await smoothQuant({ calibration: CALIBRATION }).transform(baseline);
    const { model } = await w8a8({ activations }).transform(smoothed);
    assertEquals(model, {
      ...baseline.model,
      params: { ...baseline.model.params, body: { ...W8A8, activations }, head: WIDE },
    });
  });
}
