/** What a norm makes of hidden states: RMSNorm (Zhang and Sennrich, 2019). */
import type { Dense } from "../../engine/mod.ts";

/** Rows over the root of their mean square, times the gain; without one, no more than that. */
export function normed(
  values: Float32Array,
  width: number,
  epsilon: number,
  gain?: Float32Array,
): Dense {
  const scale = inverseRms(values, width, epsilon);
  const rows = scaledRows(values, scale);
  if (gain) { for (let i = 0; i < rows.values.length; i++) rows.values[i]! *= gain[i % width]!; }
  return rows;
}

/** 1 / the root of the mean square of each row. */
export function inverseRms(values: Float32Array, width: number, epsilon: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, row) => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += values[i]! ** 2;
    return 1 / Math.sqrt(sum / width + epsilon);
  });
}

/** Each row times its scale. */
export function scaledRows(values: Float32Array, scale: Float32Array): Dense {
  const columns = values.length / scale.length;
  const scaled = values.map((value, i) => value * scale[Math.floor(i / columns)]!);
  return { rows: scale.length, columns, values: scaled };
}
