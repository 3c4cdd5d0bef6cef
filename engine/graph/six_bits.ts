/**
 * y = x W^T for a weight of six bits, which the runtime has no product of: a code q = 4 h + l is split into its upper four
 * bits and its lower two, so that y = 4 x (s (h - z_h))^T + x (s (l - z_l))^T, two MatMulNBits over the same scales. The
 * four is put on x, where a power of two changes no rounding.
 */
import type { Integers } from "../stack.ts";
import { layout, type Packed } from "../weights/mod.ts";
import type { GraphBuilder } from "./builder.ts";

/** Codes of six bits, one a byte, in bands of rows from `first` on. */
interface SixBitCodes {
  readonly name: string;
  readonly out: number;
  readonly in: number;
  bands(): Iterable<{ readonly first: number; readonly packed: Packed }>;
}

/** The codes' upper and lower bits, and what a code is shifted by to have them lowest. */
const PLANES = [{ called: "high", bits: 4, shift: 2 }, { called: "low", bits: 2, shift: 0 }] as const;
/** The middle of six bits. */
const MIDDLE = 32;

/** Adds the product; returns the output's name. Shapes: x [..., in], result [..., out]. */
export function sixBits(g: GraphBuilder, x: string, w: SixBitCodes, p: Integers, output: string): string {
  const { blocks, block } = layout(p, w.in);
  const scales = new Float32Array(w.out * blocks);
  const zeros = new Uint8Array(w.out * blocks).fill(MIDDLE);
  const four = g.table("six_bits.four", "f32", [1], () => Float32Array.of(4));
  const products = PLANES.map(({ called, bits, shift }) => {
    const values = g.stream(`${w.name}.q_${called}`, "u8", [w.out, blocks, block * bits / 8], (write) => {
      for (const { first, packed } of w.bands()) {
        scales.set(packed.scales, first * blocks);
        if (packed.zeros) zeros.set(packed.zeros, first * blocks);
        write(plane(packed.values, packed.values.length, bits, shift));
      }
    });
    const held = [
      g.constant(`${w.name}.scale`, "f32", [scales.length], () => scales),
      g.constant(
        `${w.name}.zero_${called}`,
        "u8",
        [w.out * Math.ceil(blocks * bits / 8)],
        () => plane(zeros, blocks, bits, shift),
      ),
    ];
    const read = called === "high" ? g.node("Mul", [x, four], [`${output}.x4`]) : x;
    return g.fused("MatMulNBits", [read, values, ...held], [`${output}.${called}`], {
      K: w.in,
      N: w.out,
      bits,
      block_size: block,
      accuracy_level: 4,
    });
  });
  return g.node("Add", products, [output]);
}

/** `bits` of each code, the lowest first, each row of `width` codes from a byte of its own. */
function plane(codes: Uint8Array, width: number, bits: number, shift: number): Uint8Array {
  const perByte = 8 / bits;
  const rowBytes = Math.ceil(width / perByte);
  const packed = new Uint8Array(codes.length / width * rowBytes);
  const mask = 2 ** bits - 1;
  for (let i = 0; i < codes.length; i++) {
    const column = i % width;
    const at = (i - column) / width * rowBytes + Math.floor(column / perByte);
    packed[at]! |= (codes[i]! >> shift & mask) << column % perByte * bits;
  }
  return packed;
}
