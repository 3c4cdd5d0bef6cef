/** Weights of a drafter's graph as integers of eight bits: a guess need not be exact, and a draft costs what it reads. */
import { type GraphBuilder, type Integers, quantize } from "../../engine/mod.ts";

const BLOCK = 32;
const EIGHT: Integers = { bits: 8, block: BLOCK, symmetric: false };

/** Adds x w^T, where w is [out, width]; the name is that of the weights. */
export function product(
  g: GraphBuilder,
  x: string,
  name: string,
  w: Float32Array,
  [out, width]: readonly [number, number],
): string {
  const packed = quantize(w, out, width, EIGHT);
  const blocks = packed.scales.length / out;
  const inputs = [
    x,
    g.inline(`${name}.q`, "u8", [out, blocks, BLOCK], packed.values),
    g.inline(`${name}.scale`, "f32", [out * blocks], packed.scales),
    g.inline(`${name}.zero`, "u8", [out * blocks], packed.zeros!),
  ];
  return g.fused("MatMulNBits", inputs, [`${name}.product`], {
    K: width,
    N: out,
    bits: EIGHT.bits,
    block_size: BLOCK,
    accuracy_level: 4,
  });
}

/** Bytes that weights take so. */
export function heldBytes(values: Float32Array): number {
  return values.length * (1 + 5 / BLOCK);
}
