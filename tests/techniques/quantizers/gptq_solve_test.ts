/** The solver beside plain rounding, plain algebra and every rounding there is, on matrices small enough for that. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { dequantize, type Integers, quantize, UserError } from "../../../engine/mod.ts";
import { loadRuntime } from "../../../engine/engines/onnx_runtime.ts";
import { Products } from "../../../engine/workbench/products.ts";
import { inverseFactor } from "../../../techniques/quantizers/cholesky.ts";
import { lossOf, solve } from "../../../techniques/quantizers/gptq_solve.ts";
import { floatsOf, nearest, packRows } from "../../../techniques/quantizers/grid.ts";
import { searchSteps } from "../../../techniques/quantizers/gptq_steps.ts";
import { bellOf, gramOf, matrixOf } from "./tiny_matrices.ts";

const { runtime } = await loadRuntime();
const FOUR = { bits: 4, block: 16, symmetric: false } as const satisfies Integers;
const PLAIN = { damping: 0.01, ordered: false } as const;
const ORDERED = { damping: 0.01, ordered: true } as const;

for (const n of [1, 5, 128, 300]) {
  Deno.test(`the factor of a moment matrix of ${n} inputs is upper triangular and gives its inverse`, async () => {
    await using products = new Products(runtime, 1);
    const h = gramOf(n, 2 * n + 3);
    for (let i = 0; i < n; i++) h[i * n + i]! += 0.1 * n;
    const u = await inverseFactor(h, n, products);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) assertEquals(u![i * n + j], 0);
    }
    const square = { rows: n, columns: n };
    const inverse = await products.of({ ...square, values: u! }, { ...square, values: u! }, "a");
    const identity = await products.of(inverse, { ...square, values: h });
    identity.values.forEach((value, at) => assertAlmostEquals(value, at % (n + 1) === 0 ? 1 : 0, 2e-3));
  });
}

Deno.test("a matrix that is not positive definite has no factor", async () => {
  await using products = new Products(runtime, 1);
  assertEquals(await inverseFactor(new Float32Array([1, 2, 2, 1]), 2, products), undefined);
});

for (const options of [PLAIN, ORDERED]) {
  Deno.test(`inputs that have nothing to do with each other are rounded to nearest, ${JSON.stringify(options)}`, async () => {
    await using products = new Products(runtime, 1);
    const w = matrixOf(7, 40);
    const gram = new Float32Array(40 * 40);
    for (let i = 0; i < 40; i++) gram[i * 41] = 1 + (i * 7) % 13;
    const solved = await solve(w, gram, FOUR, options, products);
    assertEquals(packRows(solved, 0, 7, 40), quantize(w.values, 7, 40, FOUR));
  });

  Deno.test(`of correlated inputs less is lost than by rounding to nearest, ${JSON.stringify(options)}`, async () => {
    await using products = new Products(runtime, 1);
    const [w, gram] = [matrixOf(24, 300), gramOf(300, 400)];
    const solved = await solve(w, gram, FOUR, options, products);
    const made = dequantize(packRows(solved, 0, 24, 300), 24, 300, FOUR);
    const rounded = dequantize(quantize(w.values, 24, 300, FOUR), 24, 300, FOUR);
    const loss = await lossOf(w, made, gram, products);
    assert(loss < 0.8 * await lossOf(w, rounded, gram, products));
  });
}

for (const symmetric of [false, true]) {
  Deno.test(`steps that are searched and codes that are swept lose less each, ${symmetric ? "symmetric" : "with zeros"}`, async () => {
    await using products = new Products(runtime, 1);
    const [w, gram, p] = [bellOf(24, 300), gramOf(300, 400), { ...FOUR, block: 64, symmetric } as const];
    const losses: number[] = [];
    for (
      const more of [{}, { searched: true }, { searched: true, sweeps: 1 }, { searched: true, sweeps: 3 }]
    ) {
      const grid = await solve(w, gram, p, { ...ORDERED, ...more }, products);
      losses.push(await lossOf(w, floatsOf(grid, 300), gram, products));
    }
    assertEquals(losses.toSorted((a, b) => b - a), losses);
    assert(losses[1]! < 0.97 * losses[0]! && losses[3]! < 0.95 * losses[1]!, losses.join());
  });
}

Deno.test("a searched range is no wider than the group's own", () => {
  const w = matrixOf(5, 40);
  const { scales } = searchSteps(w, new Float64Array(40).fill(1), FOUR);
  nearest(w, FOUR).scales.forEach((full, at) => assert(scales[at]! <= full && scales[at]! > full / 3));
});

Deno.test("what is packed stands for the codes and steps, with a last group that is shorter", async () => {
  await using products = new Products(runtime, 1);
  const [w, gram] = [matrixOf(6, 41), gramOf(41, 60)];
  const solved = await solve(w, gram, FOUR, ORDERED, products);
  const all = dequantize(packRows(solved, 0, 6, 41), 6, 41, FOUR);
  all.forEach((value, at) => {
    const group = Math.floor(at / 41) * 3 + Math.floor(at % 41 / 16);
    assertEquals(value, Math.fround(solved.scales[group]! * (solved.codes[at]! - solved.zeros[group]!)));
  });
  assertEquals(dequantize(packRows(solved, 2, 3, 41), 3, 41, FOUR), all.slice(2 * 41, 5 * 41));
});

Deno.test("the order of rounding moves no code and no step: inputs stay where they are", async () => {
  await using products = new Products(runtime, 1);
  const n = 48;
  const w = matrixOf(5, n);
  const gram = new Float32Array(n * n);
  for (let i = 0; i < n; i++) gram[i * (n + 1)] = i + 1;
  assertEquals(await solve(w, gram, FOUR, ORDERED, products), await solve(w, gram, FOUR, PLAIN, products));
});

Deno.test("of two inputs the second makes good what the first lost, as well as any rounding can", async () => {
  await using products = new Products(runtime, 1);
  const p = { bits: 2, block: "channel", symmetric: false } as const;
  const gram = new Float32Array([1, 0.9, 0.9, 1]);
  for (let seed = 1; seed < 20; seed++) {
    const w = matrixOf(1, 2, seed);
    const { codes, scales, zeros } = await solve(w, gram, p, { damping: 0, ordered: false }, products);
    const loss = (a: number, b: number) => {
      const [d, e] = [a, b].map((code, i) => w.values[i]! - scales[0]! * (code - zeros[0]!)) as [
        number,
        number,
      ];
      return d * d + 1.8 * d * e + e * e;
    };
    const best = Math.min(...[0, 1, 2, 3].map((b) => loss(codes[0]!, b)));
    assertAlmostEquals(loss(codes[0]!, codes[1]!), best, 1e-6);
  }
});

Deno.test("moments without an inverse and no damping still give numbers", async () => {
  await using products = new Products(runtime, 1);
  const [w, gram] = [matrixOf(4, 32), gramOf(32, 3)];
  const { codes, scales } = await solve(w, gram, FOUR, { damping: 0, ordered: true }, products);
  assert(scales.every(Number.isFinite) && codes.some((code) => code !== codes[0]));
});

Deno.test("inputs that were never there are rounded to nearest, all of them too", async () => {
  await using products = new Products(runtime, 1);
  const w = matrixOf(3, 32);
  const solved = await solve(w, new Float32Array(32 * 32), FOUR, ORDERED, products);
  assertEquals(packRows(solved, 0, 3, 32), quantize(w.values, 3, 32, FOUR));
});

Deno.test("a weight or an activation that is not a number is a user error", async () => {
  await using products = new Products(runtime, 1);
  const [w, gram] = [matrixOf(3, 32), gramOf(32, 40)];
  const holed = { ...w, values: w.values.map((value, i) => (i === 40 ? NaN : value)) };
  await assertRejects(
    () => solve(holed, gram, FOUR, ORDERED, products),
    UserError,
    "must be finite numbers: weight 8 of row 1 is NaN",
  );
  const broken = gram.map((value, i) => (i === 5 * 33 ? Infinity : value));
  await assertRejects(
    () => solve(w, broken, FOUR, ORDERED, products),
    UserError,
    "Cannot calibrate as the activations must be finite numbers: input 5",
  );
});
