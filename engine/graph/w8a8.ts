/**
 * y = x W^T with 8-bit integers on both sides (W8A8). "token": every row of activations is divided by its own
 * largest magnitude, rounded to steps of 1/127 with the middle at 128 and multiplied back after the product (ZeroQuant;
 * Yao et al., 2022), so that no row sees its neighbours. "tensor": one scale and zero for all rows, from the extremes
 * among them (ONNX's DynamicQuantizeLinear), so that a row's answer depends on what it is batched with.
 *
 * Activations are unsigned as the runtime's kernels for signed ones are eight times slower. On x86 without VNNI
 * they add pairs of products in 16 bits, which saturate beyond 32,767: answers there are not those of this file.
 */
import { layout, type Packed } from "../weights/mod.ts";
import type { GraphBuilder } from "./builder.ts";

/** Codes of 8 bits with the middle at 128 and one scale a row, in bands of rows from `first` on. */
export interface ChannelCodes {
  readonly name: string;
  readonly out: number;
  readonly in: number;
  bands(): Iterable<{ readonly first: number; readonly packed: Packed }>;
}

/** Adds the product; returns the output's name. Shapes: x [1, rows, in], result [1, rows, out]. */
export function w8a8(
  g: GraphBuilder,
  x: string,
  w: ChannelCodes,
  per: "token" | "tensor",
  output: string,
): string {
  const { blocks, block } = layout({ bits: 8, block: "channel", symmetric: true }, w.in);
  const stride = blocks * block;
  const scales = new Float32Array(w.out);
  const values = g.stream(`${w.name}.s8`, "i8", [w.in, w.out], (write) => {
    const turned = new Int8Array(w.in * w.out);
    for (const { first, packed } of w.bands()) {
      for (let row = 0; row * stride < packed.values.length; row++) {
        scales[first + row] = packed.scales[row * blocks]!;
        turn(packed.values.subarray(row * stride, row * stride + w.in), turned, first + row, w.out);
      }
    }
    write(turned);
  });
  const scale = g.constant(`${w.name}.scale`, "f32", [w.out], () => scales);
  if (per === "tensor") return g.fused("DynamicQuantizeMatMul", [x, values, scale], [output]);

  const step = g.constant("w8a8.step", "f32", [], () => Float32Array.of(1 / 127));
  const middle = g.constant("w8a8.middle", "u8", [], () => Uint8Array.of(128));
  const part = (name: string) => `${output}.${name}`;
  g.node("Abs", [x], [part("sizes")]);
  // By its number from the front: of no rows at all, the runtime gives the last axis by -1 its full length back.
  g.node("ReduceMax", [part("sizes"), g.integers("w8a8.axis", [2])], [part("largest")], { keepdims: 1 });
  g.node("Div", [x, part("largest")], [part("shares")]);
  g.node("QuantizeLinear", [part("shares"), step, middle], [part("codes")]);
  g.fused("MatMulIntegerToFloat", [part("codes"), values, step, scale, middle], [part("product")]);
  return g.node("Mul", [part("product"), part("largest")], [output]);
}

/** Puts one output's codes into its column, as signed integers. */
function turn(codes: Uint8Array, into: Int8Array, column: number, columns: number): void {
  for (let i = 0; i < codes.length; i++) into[i * columns + column] = codes[i]! - 128;
}
