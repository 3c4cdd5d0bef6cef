import { assertAlmostEquals, assertRejects } from "@std/assert";
import { type Dense, UserError } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { Products } from "../../../engine/workbench/products.ts";
import { Ridge } from "../../../techniques/decoders/ridge.ts";
import { random } from "../quantizers/tiny_matrices.ts";

const { runtime } = await loadRuntime();
const next = random(3);
const drawn = (rows: number, columns: number): Dense => ({
  rows,
  columns,
  values: Float32Array.from({ length: rows * columns }, next),
});

Deno.test("the map that made the rows is found from batches of them", async () => {
  await using products = new Products(runtime, 1);
  const map = drawn(8, 5);
  const ridge = new Ridge(products);
  for (const rows of [20, 30]) {
    const x = drawn(rows, 8);
    await ridge.add(x, await products.of(x, map));
  }
  const found = await ridge.solve(1e-7);
  map.values.forEach((value, i) => assertAlmostEquals(found.values[i]!, value, 1e-4));
});

Deno.test("damping pulls a map of independent inputs towards nothing by its share", async () => {
  await using products = new Products(runtime, 1);
  const identity = { rows: 2, columns: 2, values: Float32Array.of(1, 0, 0, 1) };
  const ridge = new Ridge(products);
  await ridge.add(identity, identity);
  assertAlmostEquals((await ridge.solve(1)).values[0]!, 0.5, 1e-6);
});

Deno.test("rows that do not determine a map are a user error", async () => {
  await using products = new Products(runtime, 1);
  const ridge = new Ridge(products);
  await ridge.add({ rows: 1, columns: 2, values: Float32Array.of(1, 0) }, drawn(1, 1));
  await assertRejects(() => ridge.solve(0), UserError, "2 inputs must determine it");
});
