/**
 * GGUF's K formats (ggml's ggml-common.h and ggml-quants.c): 256 values share a 16-bit scale, and groups of 16 or 32
 * of them have small integer scales of their own. Every product of scales and values is exact in 64 bits and rounded
 * once.
 */
import type { BlockFormat } from "./blocks.ts";
import { half } from "./half.ts";

const VALUES = 256;

/** The 6-bit scale and minimum of group `j` of eight, packed into twelve bytes at `at`. */
function scaleAndMin(bytes: Uint8Array, at: number, j: number): readonly [number, number] {
  const low = (i: number) => bytes[at + i]!;
  if (j < 4) return [low(j) & 63, low(j + 4) & 63];
  return [(low(j + 4) & 15) | ((low(j - 4) >> 6) << 4), (low(j + 4) >> 4) | ((low(j) >> 6) << 4)];
}

/** Q4_K and Q5_K: w = d sc q - dmin m in groups of 32, Q5_K with a fifth bit of each value in a plane of its own. */
function asymmetric(name: string, bytesOfBlock: number, plane: number): BlockFormat {
  return {
    name,
    values: VALUES,
    bytes: bytesOfBlock,
    decode(bytes, into, offset, count) {
      for (let block = 0, at = 0; block < count; block += VALUES, at += bytesOfBlock) {
        const [d, dmin] = [half(bytes, at), half(bytes, at + 2)];
        const [high, low] = [at + 16, at + 16 + plane];
        for (let group = 0; group < 8; group++) {
          const [scale, min] = scaleAndMin(bytes, at + 4, group);
          const nibbles = low + (group >> 1) * 32;
          const target = offset + block + group * 32;
          for (let i = 0; i < 32; i++) {
            const nibble = (bytes[nibbles + i]! >> ((group & 1) * 4)) & 15;
            const fifth = plane > 0 ? ((bytes[high + i]! >> group) & 1) << 4 : 0;
            into[target + i] = d * scale * (nibble + fifth) - dmin * min;
          }
        }
      }
    },
  };
}

/** w = d sc (q - 32) in groups of 16: 128 bytes of low nibbles, 64 of high bit pairs, 16 signed scales, d. */
const q6k: BlockFormat = {
  name: "Q6_K",
  values: VALUES,
  bytes: 210,
  decode(bytes, into, offset, count) {
    for (let block = 0, at = 0; block < count; block += VALUES, at += 210) {
      const d = half(bytes, at + 208);
      for (let i = 0; i < VALUES; i++) {
        const [side, quarter, lane] = [i >> 7, (i >> 5) & 3, i & 31];
        const nibble = (bytes[at + side * 64 + (quarter & 1) * 32 + lane]! >> ((quarter >> 1) * 4)) & 15;
        const pair = (bytes[at + 128 + side * 32 + lane]! >> (quarter * 2)) & 3;
        const scale = (bytes[at + 192 + (i >> 4)]! << 24) >> 24;
        into[offset + block + i] = d * scale * ((nibble | (pair << 4)) - 32);
      }
    }
  },
};

/** By GGUF's type number. */
export const K_BLOCKS: readonly (readonly [number, BlockFormat])[] = [
  [12, asymmetric("Q4_K", 144, 0)],
  [13, asymmetric("Q5_K", 176, 32)],
  [14, q6k],
];
