/** The integer kernels beside plain products: inputs that 8 bits hold exactly leave no room for any difference. */
import { assert, assertEquals } from "@std/assert";
import * as ort from "onnxruntime-node";
import { GraphBuilder } from "../../../engine/graph/builder.ts";
import { linear } from "../../../engine/graph/linear.ts";
import { dequantize, quantize } from "../../../engine/graph/quantize.ts";
import type { Precision } from "../../../engine/mod.ts";

const [OUT, ROWS] = [24, 3];

async function product(
  w: Float32Array,
  x: Float32Array,
  width: number,
  precision: Precision,
): Promise<Float32Array> {
  const folder = await Deno.makeTempDir();
  try {
    const g = new GraphBuilder(folder);
    g.input("x", "f32", ["rows", width]);
    const rows = () => (row: number, into: Float32Array, offset: number) =>
      into.set(w.subarray(row * width, (row + 1) * width), offset);
    linear(g, "x", { name: "w", out: OUT, in: width, rows }, precision, "y");
    g.output("y", "f32", ["rows", OUT]);
    const session = await ort.InferenceSession.create(g.finish("linear"), { intraOpNumThreads: 1 });
    const { y } = await session.run({ x: new ort.Tensor("float32", x, [ROWS, width]) });
    await session.release();
    return y!.data as Float32Array;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const bits of [32, 8, 6, 4, 3, 2] as const) {
  for (const symmetric of bits === 32 ? [true] : [true, false]) {
    const form = bits === 32 ? "floats" : `${symmetric ? "symmetric" : "asymmetric"} ${bits}-bit blocks`;
    Deno.test(`a product with ${form} is the product with the floats that they stand for`, async () => {
      for (const block of [16, 32, 64, 128, 256, "channel"] as const) {
        const width = 256;
        const w = Float32Array.from(
          { length: OUT * width },
          (_, i) => Math.sin(i * i) / 3 + (i % 7 === 0 ? 1 : 0),
        );
        // Whole numbers with 127 in every block of 16: the scale of the activations is 1.
        const x = Float32Array.from(
          { length: ROWS * width },
          (_, i) => (i % 16 === 3 ? 127 : (i * 37) % 255 - 127),
        );
        const precision = bits === 32 ? { bits } as const : { bits, block, symmetric };
        const meant = precision.bits === 32
          ? w
          : dequantize(quantize(w, OUT, width, precision), OUT, width, precision);
        const y = await product(w, x, width, precision);
        assertEquals(y.length, ROWS * OUT);
        for (let row = 0; row < ROWS; row++) {
          for (let out = 0; out < OUT; out++) {
            let [sum, size] = [0, 0];
            for (let i = 0; i < width; i++) {
              const term = x[row * width + i]! * meant[out * width + i]!;
              sum += term;
              size += Math.abs(term);
            }
            const found = y[row * OUT + out]!;
            assert(Math.abs(found - sum) <= size * 1e-6, `block ${block}: ${found} for ${sum}`);
          }
        }
      }
    });
  }
}
