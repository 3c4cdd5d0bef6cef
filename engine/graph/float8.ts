/**
 * Floats of eight bits (Micikevicius et al., FP8 Formats for Deep Learning, 2022): E4M3 without infinities, whose
 * largest value is 448, and E5M2, whose largest is 57,344. A weight is w = s f, where s = max|w| / largest over a
 * channel or a tensor and f is the nearest such float, ties to even. No processor here multiplies them, so a matrix is
 * written as the 32-bit floats that they stand for.
 */
import { UserError } from "../engine.ts";
import type { Float8 } from "../stack.ts";
import { type Matrix, placeOf } from "./matrix.ts";

/** `lowest`: the exponent of the smallest normal value; below it steps get no finer. */
const FORMATS: Readonly<Record<Float8["float"], { fraction: number; lowest: number; largest: number }>> = {
  e4m3: { fraction: 3, lowest: -6, largest: 448 },
  e5m2: { fraction: 2, lowest: -14, largest: 57344 },
};
/** Bits of a 32-bit float's fraction. */
const FRACTION = 23;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest float of eight bits to a 32-bit float, ties to even; beyond the largest, the largest. */
export function nearestFloat8(value: number, format: Float8["float"]): number {
  const { fraction, lowest, largest } = FORMATS[format];
  float[0] = value;
  if (Math.abs(value) < 2 ** lowest) {
    // Next to this number 32-bit floats are as far apart as those of eight bits are below the smallest normal one.
    const far = 1.5 * 2 ** (FRACTION + lowest - fraction);
    return Math.fround(float[0] + far) - far;
  }
  const dropped = FRACTION - fraction;
  const even = (bits[0]! >>> dropped) & 1;
  bits[0] = ((bits[0]! + (1 << (dropped - 1)) - 1 + even) >>> dropped) << dropped;
  return Math.max(-largest, Math.min(largest, float[0]));
}

/** The matrix as its floats of eight bits stand for it. @throws {UserError} on reading it, where it holds what is no number. */
export function inFloat8(w: Matrix, { float: format, per }: Float8): Matrix {
  const { largest } = FORMATS[format];
  const scaleOf = (max: number) => Math.fround(max / largest) || 1;
  const rows = (): ReturnType<Matrix["rows"]> => {
    const write = w.rows();
    const shared = per === "tensor" ? maxima(w, write).map(scaleOf) : undefined;
    return (row, into, offset) => {
      write(row, into, offset);
      const values = into.subarray(offset, offset + w.in);
      const scale = shared ? shared[placeOf(w, row).part]! : scaleOf(maximum(w, row, values));
      values.forEach((value, i) => values[i] = scale * nearestFloat8(value / scale, format));
    };
  };
  return { ...w, rows };
}

/** The largest magnitude of each of the tensors that a matrix is made of. */
function maxima(w: Matrix, write: ReturnType<Matrix["rows"]>): number[] {
  const found: number[] = [];
  const values = new Float32Array(w.in);
  for (let row = 0; row < w.out; row++) {
    write(row, values, 0);
    const { part } = placeOf(w, row);
    found[part] = Math.max(found[part] ?? 0, maximum(w, row, values));
  }
  return found;
}

function maximum(w: Matrix, row: number, values: Float32Array): number {
  const max = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (Number.isFinite(max)) return max;
  throw new UserError(
    `Cannot quantize the weights as all must be finite numbers: ${placeOf(w, row).text} holds ${max}.`,
  );
}
