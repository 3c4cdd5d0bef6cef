/**
 * y = x W^T for a weight [out, in], at the model's precision: MatMul for 32-bit floats, MatMulNBits for integers in
 * blocks (ONNX Runtime contrib operators). accuracy_level 4 quantizes activations per row and block to 8 bits; without
 * it 8-bit weights are expanded to floats on every call, 10 to 100 times slower. Integers on both sides: w8a8.ts.
 */
import type { Integers, Precision } from "../stack.ts";
import { type Held, layout, type Packed } from "../weights/mod.ts";
import type { GraphBuilder } from "./builder.ts";
import { inFloat8 } from "./float8.ts";
import { quantize } from "./quantize.ts";
import { w8a8 } from "./w8a8.ts";

/** Rows [out, in] of 32-bit floats, produced when the graph is written. */
export interface Matrix {
  readonly name: string;
  readonly out: number;
  readonly in: number;
  /** Holds the matrix as it is stored, and returns a function that writes one row of it at `offset`. */
  rows(): (row: number, into: Float32Array, offset: number) => void;
  /** Integers that were made of it already, whose precision is then its own. */
  readonly held?: Held;
  /** The file's tensors that it is made of, one under the other; absent: it is one by itself. */
  readonly parts?: readonly { readonly called: string; readonly rows: number }[];
}

/** The part that a row is in, as its number, and the row in the file's words. */
export function placeOf({ name, parts = [] }: Matrix, row: number): { readonly part: number; text: string } {
  let [part, left] = [0, row];
  while (parts[part] && left >= parts[part]!.rows) left -= parts[part++]!.rows;
  return { part, text: `row ${left} of ${parts[part]?.called ?? name}` };
}

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

/** Values in a band: few enough for the processor's caches, many enough to be written at once. */
const BAND = 2 ** 18;

/** The matrix in bands of rows, in order; each is over when the next is asked for. */
export function* bands(
  w: Pick<Matrix, "out" | "in" | "rows">,
): Iterable<{ readonly first: number; readonly rows: number; readonly values: Float32Array }> {
  const height = Math.min(w.out, Math.max(1, Math.floor(BAND / w.in)));
  const band = new Float32Array(height * w.in);
  const write = w.rows();
  for (let first = 0; first < w.out; first += height) {
    const rows = Math.min(height, w.out - first);
    for (let row = 0; row < rows; row++) write(first + row, band, row * w.in);
    yield { first, rows, values: band.subarray(0, rows * w.in) };
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
