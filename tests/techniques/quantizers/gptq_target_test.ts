/** Targets beside the least squares that they stand for, over rows that are held whole. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Dense, Inputs } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { Products } from "../../../engine/workbench/products.ts";
import { driftOf, targetOf } from "../../../techniques/quantizers/gptq_target.ts";
import { matrixOf } from "./tiny_matrices.ts";

const { runtime } = await loadRuntime();
const [ROWS, N, OUT] = [120, 12, 5];
const full = matrixOf(ROWS, N, 3);
const noise = matrixOf(ROWS, N, 4);
const made: Dense = { ...full, values: full.values.map((value, i) => 0.8 * value + 0.3 * noise.values[i]!) };
const w = matrixOf(OUT, N, 5);

/** Two batches of unlike length. */
async function* batches(x: Dense, residual?: Dense): AsyncIterable<Inputs> {
  for (const [from, to] of [[0, 70], [70, ROWS]] as const) {
    const own = residual?.values.slice(from * OUT, to * OUT);
    yield { x: x.values.slice(from * N, to * N), ...(own && { residual: own }) };
  }
}

/** Squared distance of r + x t^T from r_full + x_full w^T. */
async function distance(
  products: Products,
  target: Dense,
  residuals?: readonly [Dense, Dense],
): Promise<number> {
  const [wanted, got] = [await products.of(full, w, "b"), await products.of(made, target, "b")];
  return wanted.values.reduce((sum, value, i) => {
    const apart = residuals ? residuals[0].values[i]! - residuals[1].values[i]! : 0;
    return sum + (value - got.values[i]! + apart) ** 2;
  }, 0);
}

for (const residuals of [undefined, [matrixOf(ROWS, OUT, 6), matrixOf(ROWS, OUT, 7)] as const]) {
  Deno.test(`no matrix near the target brings products nearer${residuals ? ", with their residual" : ""}`, async () => {
    await using products = new Products(runtime, 1);
    const drift = await driftOf(batches(full, residuals?.[0]), batches(made, residuals?.[1]), N, products);
    assertEquals(drift.residual === undefined, residuals === undefined);
    const gram = await products.of(made, made, "a");
    drift.gram.values.forEach((value, i) => assertAlmostEquals(value, gram.values[i]!, 1e-4));
    const target = await targetOf(w, drift, 0, products);
    const least = await distance(products, target, residuals);
    assert(least < await distance(products, w, residuals));
    for (let at = 0; at < OUT * N; at += 7) {
      for (const by of [-0.05, 0.05]) {
        const values = target.values.map((value, i) => i === at ? value + by : value);
        assert(await distance(products, { ...target, values }, residuals) > least);
      }
    }
  });
}

Deno.test("inputs that are those at full precision leave the matrix as it is", async () => {
  await using products = new Products(runtime, 1);
  const drift = await driftOf(batches(full), batches(full), N, products);
  assertEquals(await targetOf(w, drift, 0.01, products), w);
});

Deno.test("a heavier damping moves the matrix less, and moments without an inverse not at all", async () => {
  await using products = new Products(runtime, 1);
  const moved = async (damping: number) => {
    const drift = await driftOf(batches(full), batches(made), N, products);
    const { values } = await targetOf(w, drift, damping, products);
    return values.reduce((sum, value, i) => sum + (value - w.values[i]!) ** 2, 0);
  };
  const [light, heavy] = [await moved(0.01), await moved(10)];
  assert(heavy < 0.5 * light);
  const nothing = { rows: N, columns: N, values: new Float32Array(N * N) };
  assertEquals(await targetOf(w, { gram: nothing, inputs: nothing }, 0, products), w);
  assertAlmostEquals(await moved(1e6), 0, 1e-6);
});
