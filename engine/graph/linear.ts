/**
 * y = x W^T for a weight [out, in], at the model's precision: MatMul for 32-bit floats, MatMulNBits for integers in
 * blocks (ONNX Runtime contrib operators). accuracy_level 4 quantizes activations per row and block to 8 bits; without
 * it 8-bit weights are expanded to floats on every call, 10 to 100 times slower. Integers on both sides: w8a8.ts; of six bits: six_bits.ts.
 */
import type { Integers, Precision } from "../stack.ts";
import { layout, type Packed } from "../weights/mod.ts";
import type { GraphBuilder } from "./builder.ts";
import { inFloat8 } from "./float8.ts";
import { bands, type Matrix, placeOf } from "./matrix.ts";
import { quantize } from "./quantize.ts";
import { sixBits } from "./six_bits.ts";
import { w8a8 } from "./w8a8.ts";

/** Adds the product; returns the output's name. Shapes: x [..., in], result [..., out]. */
export function linear(g: GraphBuilder, x: string, w: Matrix, precision: Precision, output: string): string {
  const p = w.held?.precision ?? precision;
  if (p.bits === 32 || "float" in p) {
    const floats = "float" in p ? inFloat8(w, p) : w;
    const weight = g.stream(w.name, "f32", [w.in, w.out], (write) => {
      const whole = new Float32Array(w.in * w.out);
      for (const { first, rows, values } of bands(floats)) transpose(values, rows, w.in, whole, first, w.out);
      write(whole);
    });
    return g.node("MatMul", [x, weight], [output]);
  }
  if (p.activations !== undefined) {
    return w8a8(g, x, { ...w, bands: () => packedBands(w, p) }, p.activations, output);
  }
  if (p.bits === 6) return sixBits(g, x, { ...w, bands: () => packedBands(w, p) }, p, output);
  const { blocks, block, field } = layout(p, w.in);
  const scales = new Float32Array(w.out * blocks);
  const zeroBytes = Math.ceil(blocks * field / 8);
  const zeros = new Uint8Array(p.symmetric && p.bits !== 3 ? 0 : w.out * zeroBytes);
  const inputs = [
    x,
    g.stream(`${w.name}.q`, "u8", [w.out, blocks, block * field / 8], (write) => {
      for (const { first, packed } of packedBands(w, p)) {
        scales.set(packed.scales, first * blocks);
        if (packed.zeros) zeros.set(packed.zeros, first * zeroBytes);
        write(packed.values);
      }
    }),
    g.constant(`${w.name}.scale`, "f32", [scales.length], () => scales),
  ];
  // The middle of three bits is not that of the four that hold them, which is what an absent zero stands for.
  if (p.symmetric && p.bits === 3) zeros.fill(0x44);
  if (zeros.length > 0) inputs.push(g.constant(`${w.name}.zero`, "u8", [zeros.length], () => zeros));
  return g.fused("MatMulNBits", inputs, [output], {
    K: w.in,
    N: w.out,
    bits: field,
    block_size: block,
    accuracy_level: 4,
  });
}

/** The matrix as integers in bands of rows, in order. */
export function* packedBands(
  w: Matrix,
  p: Integers,
): Iterable<{ readonly first: number; readonly packed: Packed }> {
  if (w.held) return yield { first: 0, packed: w.held.read() };
  for (const { first, rows, values } of bands(w)) {
    yield { first, packed: quantize(values, rows, w.in, p, (row) => placeOf(w, first + row).text) };
  }
}

/** Puts a band's rows into the columns from `first` of a matrix that has `stride` of them. */
function transpose(
  source: Float32Array,
  rows: number,
  columns: number,
  target: Float32Array,
  first: number,
  stride: number,
): void {
  const tile = 32;
  for (let r0 = 0; r0 < rows; r0 += tile) {
    for (let c0 = 0; c0 < columns; c0 += tile) {
      const [r1, c1] = [Math.min(rows, r0 + tile), Math.min(columns, c0 + tile)];
      for (let c = c0; c < c1; c++) {
        const at = c * stride + first;
        for (let r = r0; r < r1; r++) target[at + r] = source[r * columns + c]!;
      }
    }
  }
}
