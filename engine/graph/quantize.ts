/**
 * Round-to-nearest integers in blocks along the input, in MatMulNBits' layout. Symmetric: w = s (q - 2^(b-1)) with
 * s = max|w| / (2^(b-1) - 1). Asymmetric: w = s (q - z) with s = (max - min) / (2^b - 1) over a range that holds 0.
 */
import type { Precision } from "../stack.ts";

export interface Quantized {
  /** [out, blocks, block * bits / 8], low nibble first. */
  readonly values: Uint8Array;
  /** [out * blocks] */
  readonly scales: Float32Array;
  /** [out, ceil(blocks * bits / 8)]; absent where symmetric (the operator's default is the middle). */
  readonly zeros?: Uint8Array;
}

/** Quantizes a row-major matrix [out, in]; a last partial block is padded with zeros. */
export function quantize(
  w: Float32Array,
  out: number,
  width: number,
  p: Exclude<Precision, { bits: 32 }>,
): Quantized {
  const { bits, block, symmetric } = p;
  const top = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  const blocks = Math.ceil(width / block);
  const perByte = 8 / bits;
  const zeroBytes = Math.ceil(blocks / perByte);
  const values = new Uint8Array(out * blocks * block / perByte);
  const codes = new Uint8Array(block);
  const scales = new Float32Array(out * blocks);
  const zeros = symmetric ? undefined : new Uint8Array(out * zeroBytes);
  for (let row = 0; row < out; row++) {
    for (let b = 0; b < blocks; b++) {
      const start = row * width + b * block;
      const end = Math.min(start + block, (row + 1) * width);
      let min = 0;
      let max = 0;
      for (let i = start; i < end; i++) {
        const v = w[i]!;
        if (v < min) min = v;
        if (v > max) max = v;
      }
      const span = symmetric ? Math.max(max, -min) / (middle - 1) : (max - min) / top;
      const scale = Math.fround(span) || 1;
      const zero = symmetric ? middle : Math.min(top, Math.max(0, Math.round(-min / scale)));
      scales[row * blocks + b] = scale;
      if (zeros) zeros[row * zeroBytes + Math.floor(b / perByte)]! |= zero << ((b % perByte) * bits);
      const length = end - start;
      codes.fill(zero, length);
      for (let i = 0; i < length; i++) {
        const q = Math.floor(w[start + i]! / scale + 0.5) + zero;
        codes[i] = q < 0 ? 0 : q > top ? top : q;
      }
      const target = (row * blocks + b) * block / perByte;
      if (bits === 8) values.set(codes, target);
      else for (let i = 0; i < block; i += 2) values[target + i / 2] = codes[i]! | (codes[i + 1]! << 4);
    }
  }
  return zeros ? { values, scales, zeros } : { values, scales };
}

/** The floats that a quantized matrix stands for, row-major [out, in]. */
export function dequantize(
  q: Quantized,
  out: number,
  width: number,
  p: Exclude<Precision, { bits: 32 }>,
): Float32Array {
  const { bits, block } = p;
  const blocks = Math.ceil(width / block);
  const perByte = 8 / bits;
  const zeroBytes = Math.ceil(blocks / perByte);
  const mask = 2 ** bits - 1;
  const w = new Float32Array(out * width);
  for (let row = 0; row < out; row++) {
    for (let i = 0; i < width; i++) {
      const b = Math.floor(i / block);
      const at = row * blocks * block + i;
      const value = (q.values[Math.floor(at / perByte)]! >> ((at % perByte) * bits)) & mask;
      const zero = q.zeros
        ? (q.zeros[row * zeroBytes + Math.floor(b / perByte)]! >> ((b % perByte) * bits)) & mask
        : 2 ** (bits - 1);
      w[row * width + i] = q.scales[row * blocks + b]! * (value - zero);
    }
  }
  return w;
}
