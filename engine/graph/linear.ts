/**
 * y = x W^T for a weight [out, in], at the model's precision: MatMul for 32-bit floats, MatMulNBits for integers in
 * blocks (ONNX Runtime contrib operators). accuracy_level 4 quantizes activations per row and block to 8 bits; without
 * it 8-bit weights are expanded to floats on every call, 10 to 100 times slower.
 */
import type { Precision } from "../stack.ts";
import type { GraphBuilder } from "./builder.ts";
import { quantize } from "./quantize.ts";

/** Rows [out, in] of 32-bit floats, produced when the graph is written. */
export interface Matrix {
  readonly name: string;
  readonly out: number;
  readonly in: number;
  read(): Float32Array;
}

/** Adds the product; returns the output's name. Shapes: x [..., in], result [..., out]. */
export function linear(g: GraphBuilder, x: string, w: Matrix, precision: Precision, output: string): string {
  if (precision.bits === 32) {
    const weight = g.constant(w.name, "f32", [w.in, w.out], () => transpose(w.read(), w.out, w.in));
    return g.node("MatMul", [x, weight], [output]);
  }
  const { bits, block } = precision;
  const blocks = Math.ceil(w.in / block);
  const packed = quantize(w.read(), w.out, w.in, precision);
  const inputs = [
    x,
    g.constant(`${w.name}.q`, "u8", [w.out, blocks, block * bits / 8], () => packed.values),
    g.constant(`${w.name}.scale`, "f32", [w.out * blocks], () => packed.scales),
  ];
  if (packed.zeros) {
    inputs.push(g.constant(`${w.name}.zero`, "u8", [packed.zeros.length], () => packed.zeros!));
  }
  return g.fused("MatMulNBits", inputs, [output], {
    K: w.in,
    N: w.out,
    bits,
    block_size: block,
    accuracy_level: 4,
  });
}

function transpose(source: Float32Array, rows: number, columns: number): Float32Array {
  const target = new Float32Array(source.length);
  const tile = 32;
  for (let r0 = 0; r0 < rows; r0 += tile) {
    for (let c0 = 0; c0 < columns; c0 += tile) {
      const [r1, c1] = [Math.min(rows, r0 + tile), Math.min(columns, c0 + tile)];
      for (let r = r0; r < r1; r++) {
        for (let c = c0; c < c1; c++) target[c * rows + r] = source[r * columns + c]!;
      }
    }
  }
  return target;
}
