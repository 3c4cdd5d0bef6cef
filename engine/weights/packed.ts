/** A matrix as integers in blocks along the input, laid out as ONNX Runtime's MatMulNBits reads it. */
import type { Integers } from "../stack.ts";

export interface Packed {
  /** [out, blocks, block * field / 8], the lowest bits first. */
  readonly values: Uint8Array;
  /** [out * blocks] */
  readonly scales: Float32Array;
  /** [out, ceil(blocks * field / 8)], as many bits a block as a value has; absent where symmetric: the middle. */
  readonly zeros?: Uint8Array;
}

/** A matrix that weights hold as integers already, and how. */
export interface Held {
  readonly precision: Integers;
  read(): Packed;
}

/** How a row of `width` inputs is laid out. */
export interface Layout {
  /** Inputs that share a scale, and how many such groups a row has; the last one may be shorter. */
  readonly group: number;
  readonly groups: number;
  /** Inputs of a block as it is held, and how many blocks a row has; a group is one block or several alike. */
  readonly block: number;
  readonly blocks: number;
  /** Bits that a value takes. */
  readonly field: 8 | 4 | 2;
}

/** Blocks that a whole row's scale is repeated for: the largest that divide the row. */
const LARGEST = 128;
const SMALLEST = 16;

/** Three bits are held in fields of four and six in fields of eight, as the runtime has no product of either. */
export function layout({ bits, block }: Integers, width: number): Layout {
  const field = bits === 3 ? 4 : bits === 6 ? 8 : bits;
  if (block !== "channel") {
    const blocks = Math.ceil(width / block);
    return { group: block, groups: blocks, block, blocks, field };
  }
  let held = LARGEST;
  while (held > SMALLEST && width % held !== 0) held /= 2;
  return { group: width, groups: 1, block: held, blocks: Math.ceil(width / held), field };
}

/** Bytes of a row in a graph, scales and zeros included; six bits are four and two there (six_bits.ts). */
export function rowBytes(precision: Integers, width: number): number {
  const { block, blocks, field } = layout(precision, width);
  const [fields, zeros] = precision.bits === 6 ? [[4, 2], true] : [[field], !precision.symmetric];
  const bytes = fields.map((bits) => blocks * block * bits / 8 + (zeros ? Math.ceil(blocks * bits / 8) : 0));
  return bytes.reduce((sum, own) => sum + own, blocks * 4);
}
