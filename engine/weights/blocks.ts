/** The block formats of GGUF tensors (ggml's ggml-common.h): how many values a block holds, its bytes, its meaning. */
import { half } from "./half.ts";
import { K_BLOCKS } from "./k_blocks.ts";

export interface BlockFormat {
  readonly name: string;
  /** Values in a block. */
  readonly values: number;
  /** Bytes of a block. */
  readonly bytes: number;
  /** Writes `count` values from whole blocks at `offset`. */
  decode(bytes: Uint8Array, into: Float32Array, offset: number, count: number): void;
}

const f32: BlockFormat = {
  name: "F32",
  values: 1,
  bytes: 4,
  decode(bytes, into, offset, count) {
    new Uint8Array(into.buffer, into.byteOffset + offset * 4, count * 4).set(bytes.subarray(0, count * 4));
  },
};

const f16: BlockFormat = {
  name: "F16",
  values: 1,
  bytes: 2,
  decode(bytes, into, offset, count) {
    for (let i = 0; i < count; i++) into[offset + i] = half(bytes, i * 2);
  },
};

const bf16: BlockFormat = {
  name: "BF16",
  values: 1,
  bytes: 2,
  decode(bytes, into, offset, count) {
    const bits = new Uint32Array(into.buffer, into.byteOffset + offset * 4, count);
    for (let i = 0; i < count; i++) bits[i] = ((bytes[i * 2]! | (bytes[i * 2 + 1]! << 8)) << 16) >>> 0;
  },
};

/**
 * Blocks of 32 values: a 16-bit scale d, a 16-bit minimum m where there is one, a fifth bit of each value in four
 * bytes where there is one, then 32 nibbles, the first half low and the second half high. w = d q + m, or
 * w = d (q - middle).
 */
function nibbles(
  name: string,
  { min, fifth }: { readonly min: boolean; readonly fifth: boolean },
): BlockFormat {
  const plane = min ? 4 : 2;
  const first = plane + (fifth ? 4 : 0);
  const size = first + 16;
  const middle = min ? 0 : fifth ? 16 : 8;
  return {
    name,
    values: 32,
    bytes: size,
    decode(bytes, into, offset, count) {
      for (let block = 0, at = 0; block < count; block += 32, at += size) {
        const d = half(bytes, at);
        const m = min ? half(bytes, at + 2) : 0;
        const target = offset + block;
        for (let i = 0; i < 32; i++) {
          const high = fifth ? ((bytes[at + plane + (i >> 3)]! >> (i & 7)) & 1) << 4 : 0;
          const nibble = (bytes[at + first + (i & 15)]! >> (i >> 4 << 2)) & 15;
          const product = (nibble + high - middle) * d;
          into[target + i] = min ? product + m : product;
        }
      }
    },
  };
}

/** w = q d: a scale, then 32 signed bytes. */
const q80: BlockFormat = {
  name: "Q8_0",
  values: 32,
  bytes: 34,
  decode(bytes, into, offset, count) {
    for (let block = 0, at = 0; block < count; block += 32, at += 34) {
      const d = half(bytes, at);
      for (let i = 0; i < 32; i++) into[offset + block + i] = ((bytes[at + 2 + i]! << 24) >> 24) * d;
    }
  },
};

/** Formats by GGUF's type number. */
export const BLOCKS: ReadonlyMap<number, BlockFormat> = new Map([
  [0, f32],
  [1, f16],
  [2, nibbles("Q4_0", { min: false, fifth: false })],
  [3, nibbles("Q4_1", { min: true, fifth: false })],
  [6, nibbles("Q5_0", { min: false, fifth: true })],
  [7, nibbles("Q5_1", { min: true, fifth: true })],
  [8, q80],
  ...K_BLOCKS,
  [30, bf16],
]);
