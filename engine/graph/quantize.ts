/**
 * Round-to-nearest integers in groups along the input. Symmetric: w = s (q - 2^(b-1)) with
 * s = max|w| / (2^(b-1) - 1). Asymmetric: w = s (q - z) with s = (max - min) / (2^b - 1) over a range that holds 0.
 */
import { UserError } from "../engine.ts";
import type { Integers } from "../stack.ts";
import { layout, type Packed } from "../weights/packed.ts";

/** The steps of one group: w = scale (q - zero). */
export interface Steps {
  readonly scale: number;
  readonly zero: number;
}

/** The steps of a range that holds 0; of no width: steps of 1. */
export function stepsOf(min: number, max: number, { bits, symmetric }: Integers): Steps {
  const top = 2 ** bits - 1;
  const middle = 2 ** (bits - 1);
  const span = symmetric ? Math.max(max, -min) / (middle - 1) : (max - min) / top;
  const scale = Math.fround(span) || 1;
  return { scale, zero: symmetric ? middle : Math.min(top, Math.max(0, Math.round(-min / scale))) };
}

/** A matrix [out, in] on the grids of its groups, w = scale (code - zero), with a scale and a zero [out, groups]. */
export interface Grid {
  readonly precision: Integers;
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly zeros: Uint8Array;
}

/**
 * The nearest codes of a row-major matrix [out, in], on the grids that each group's own range spans.
 * @throws {UserError} when a row holds what is not a number; `place`: what a row is called.
 */
export function nearest(
  w: Float32Array,
  out: number,
  width: number,
  p: Integers,
  place = (row: number) => `row ${row} of the matrix`,
): Grid {
  const { group, groups } = layout(p, width);
  const top = 2 ** p.bits - 1;
  const scales = new Float32Array(out * groups);
  const zeros = new Uint8Array(out * groups);
  const codes = new Uint8Array(out * width);
  for (let row = 0; row < out; row++) {
    for (let g = 0; g < groups; g++) {
      const start = row * width + g * group;
      const end = Math.min(start + group, (row + 1) * width);
      let [min, max, sum] = [0, 0, 0];
      for (let i = start; i < end; i++) {
        const v = w[i]!;
        sum += v;
        if (v < min) min = v;
        if (v > max) max = v;
      }
      if (!Number.isFinite(sum)) {
        throw new UserError(
          `Cannot quantize the weights as all must be finite numbers: ${place(row)} holds ${sum}.`,
        );
      }
      const { scale, zero } = stepsOf(min, max, p);
      scales[row * groups + g] = scale;
      zeros[row * groups + g] = zero;
      for (let i = start; i < end; i++) {
        const q = Math.floor(w[i]! / scale + 0.5) + zero;
        codes[i] = q < 0 ? 0 : q > top ? top : q;
      }
    }
  }
  return { precision: p, codes, scales, zeros };
}

/** The nearest codes as the runtime reads them; a last partial block is padded with zeros. @throws {UserError} as `nearest`. */
export function quantize(
  w: Float32Array,
  out: number,
  width: number,
  p: Integers,
  place?: (row: number) => string,
): Packed {
  const { codes, scales, zeros } = nearest(w, out, width, p, place);
  return pack(codes, scales, zeros, out, p);
}

/** Codes [out, in] with a scale and a zero [out, groups] for each group, as the runtime reads them. */
export function pack(
  codes: Uint8Array,
  scales: Float32Array,
  zeros: Uint8Array,
  out: number,
  p: Integers,
): Packed {
  const width = codes.length / out;
  const { groups, block, blocks, field } = layout(p, width);
  const perByte = 8 / field;
  const zeroBytes = Math.ceil(blocks / perByte);
  const values = new Uint8Array(out * blocks * block / perByte);
  const heldScales = groups === blocks ? scales : new Float32Array(out * blocks);
  const heldZeros = p.symmetric ? undefined : new Uint8Array(out * zeroBytes);
  const padded = new Uint8Array(blocks * block);
  for (let row = 0; row < out; row++) {
    padded.set(codes.subarray(row * width, (row + 1) * width));
    padded.fill(zeros[row * groups + groups - 1]!, width);
    const target = row * padded.length / perByte;
    if (field === 8) values.set(padded, target);
    else if (field === 4) {
      for (let i = 0, at = target; i < padded.length; i += 2) values[at++] = padded[i]! | padded[i + 1]! << 4;
    } else {
      for (let i = 0, at = target; i < padded.length; i += 4) {
        values[at++] = padded[i]! | padded[i + 1]! << 2 | padded[i + 2]! << 4 | padded[i + 3]! << 6;
      }
    }
    for (let b = 0; b < blocks; b++) {
      const g = row * groups + (groups === 1 ? 0 : b);
      heldScales[row * blocks + b] = scales[g]!;
      if (heldZeros) {
        heldZeros[row * zeroBytes + Math.floor(b / perByte)]! |= zeros[g]! << (b % perByte * field);
      }
    }
  }
  return heldZeros ? { values, scales: heldScales, zeros: heldZeros } : { values, scales: heldScales };
}

/** The floats that a quantized matrix stands for, row-major [out, in]. */
export function dequantize(q: Packed, out: number, width: number, p: Integers): Float32Array {
  const w = new Float32Array(out * width);
  for (let row = 0; row < out; row++) dequantizeRow(q, row, width, p, w, row * width);
  return w;
}

/** Writes the floats of one row of a quantized matrix at `offset`. */
export function dequantizeRow(
  q: Packed,
  row: number,
  width: number,
  p: Integers,
  into: Float32Array,
  offset: number,
): void {
  const { block, blocks, field } = layout(p, width);
  const perByte = 8 / field;
  const zeroBytes = Math.ceil(blocks / perByte);
  const mask = 2 ** field - 1;
  for (let i = 0; i < width; i++) {
    const b = Math.floor(i / block);
    const at = row * blocks * block + i;
    const value = (q.values[Math.floor(at / perByte)]! >> ((at % perByte) * field)) & mask;
    const zero = q.zeros
      ? (q.zeros[row * zeroBytes + Math.floor(b / perByte)]! >> ((b % perByte) * field)) & mask
      : 2 ** (p.bits - 1);
    into[offset + i] = q.scales[row * blocks + b]! * (value - zero);
  }
}
