/** Integers on both sides beside the same arithmetic written out, and what a row's neighbours may do to it. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import * as ort from "onnxruntime-node";
import { GraphBuilder } from "../../../engine/graph/builder.ts";
import { dequantize, quantize } from "../../../engine/graph/quantize.ts";
import { w8a8 } from "../../../engine/graph/w8a8.ts";

const P = { bits: 8, block: "channel", symmetric: true } as const;

/** Rows of activations times a matrix [out, in] that is rounded by channel. */
async function product(
  w: Float32Array,
  out: number,
  rows: readonly Float32Array[],
  per: "token" | "tensor",
): Promise<Float32Array[]> {
  const width = w.length / out;
  const folder = await Deno.makeTempDir();
  try {
    const g = new GraphBuilder(folder);
    g.input("x", "f32", [1, "rows", width]);
    const bands = () =>
      [0, 5].map((first) => {
        const [from, to] = [first * width, first === 0 ? 5 * width : w.length];
        return { first, packed: quantize(w.subarray(from, to), (to - from) / width, width, P) };
      });
    w8a8(g, "x", { name: "w", out, in: width, bands }, per, "y");
    g.output("y", "f32", [1, "rows", out]);
    const session = await ort.InferenceSession.create(g.finish("w8a8"), { intraOpNumThreads: 1 });
    const x = new Float32Array(rows.length * width);
    rows.forEach((row, i) => x.set(row, i * width));
    const { y } = await session.run({ x: new ort.Tensor("float32", x, [1, rows.length, width]) });
    await session.release();
    return rows.map((_, i) => (y!.data as Float32Array).slice(i * out, (i + 1) * out));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Half to even, as ONNX rounds. */
function rounded(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest === 0.5 ? below + (below % 2 === 0 ? 0 : 1) : below + (rest > 0.5 ? 1 : 0);
}

const wave = (length: number, seed: number, size = 1) =>
  Float32Array.from({ length }, (_, i) => size * Math.sin((i + 1) * (i + seed) * 0.7));

/** Whether this processor adds pairs of products in 16 bits, as x86 without VNNI does: then products are not exact. */
const saturates = await (async () => {
  const [largest] = await product(
    new Float32Array(8 * 16).fill(1),
    8,
    [new Float32Array(16).fill(1)],
    "token",
  );
  return Math.abs(largest![0]! - 16) > 0.1;
})();
const exact = { ignore: saturates };

for (const [out, width] of [[24, 256], [40, 72]] as const) {
  const name =
    `per token, each of ${out} outputs of ${width} inputs is the integer product times both scales`;
  Deno.test(name, exact, async () => {
    const w = wave(out * width, 3, 0.2);
    const q = quantize(w, out, width, P);
    const unit = { ...q, scales: q.scales.map(() => 1) };
    const codes = dequantize(unit, out, width, P);
    const perRow = q.scales.length / out;
    const rows = [wave(width, 1), wave(width, 2, 50), wave(width, 5, 1e-3), new Float32Array(width).fill(-2)];
    const step = Math.fround(1 / 127);
    const found = await product(w, out, rows, "token");
    rows.forEach((row, r) => {
      const largest = Math.max(...row.map(Math.abs));
      const own = row.map((value) => rounded(Math.fround(Math.fround(value / largest) / step)));
      for (let o = 0; o < out; o++) {
        let sum = 0;
        for (let i = 0; i < width; i++) sum += own[i]! * codes[o * width + i]!;
        const scale = Math.fround(step * q.scales[o * perRow]!);
        assertEquals(found[r]![o], Math.fround(Math.fround(sum * scale) * largest), `row ${r}, output ${o}`);
      }
    });
  });
}

Deno.test("per token a row's answer is the same bit for bit, alone, among others and beside an outlier", async () => {
  const [out, width] = [32, 128];
  const w = wave(out * width, 3, 0.2);
  const row = wave(width, 1);
  const [alone] = await product(w, out, [row], "token");
  for (const size of [1, 1000]) {
    for (const neighbours of [1, 2, 7, 40]) {
      const others = Array.from({ length: neighbours }, (_, i) => wave(width, i + 2, size));
      assertEquals((await product(w, out, [...others, row], "token")).at(-1), alone);
      assertEquals((await product(w, out, [row, ...others], "token"))[0], alone);
    }
  }
});

Deno.test("per tensor an outlier changes the answer of the row beside it", async () => {
  const [out, width] = [32, 128];
  const w = wave(out * width, 3, 0.2);
  const row = wave(width, 1);
  const [alone] = await product(w, out, [row], "tensor");
  const [calm] = await product(w, out, [row, row.map((value) => value / 2)], "tensor");
  assertEquals(calm, alone);
  const [beside] = await product(w, out, [row, wave(width, 2, 100)], "tensor");
  assertNotEquals(beside, alone);
  const largest = Math.max(...alone!.map(Math.abs));
  assert(beside!.some((value, i) => Math.abs(value - alone![i]!) > largest / 100));
});

Deno.test("a row of zeros gives zeros, whatever stands beside it", async () => {
  const [out, width] = [32, 128];
  const w = wave(out * width, 3, 0.2);
  for (const per of ["token", "tensor"] as const) {
    const [zeros] = await product(w, out, [new Float32Array(width), wave(width, 1)], per);
    assertEquals(zeros!.map(Math.abs), new Float32Array(out));
  }
});

Deno.test("of no rows there are no answers", async () => {
  for (const per of ["token", "tensor"] as const) {
    assertEquals(await product(wave(32 * 128, 3), 32, [], per), []);
  }
});

Deno.test("in both forms the product is near that of the floats", exact, async () => {
  const [out, width] = [32, 128];
  const w = wave(out * width, 3, 0.2);
  const rows = [wave(width, 1), wave(width, 4)];
  for (const per of ["token", "tensor"] as const) {
    const found = await product(w, out, rows, per);
    rows.forEach((row, r) => {
      for (let o = 0; o < out; o++) {
        let [sum, size] = [0, 0];
        for (let i = 0; i < width; i++) {
          sum += row[i]! * w[o * width + i]!;
          size += Math.abs(row[i]! * w[o * width + i]!);
        }
        assert(Math.abs(found[r]![o]! - sum) < size / 100, `${per}: ${found[r]![o]} for ${sum}`);
      }
    });
  }
});
