/** Four bits in groups along the input, with a scale and a zero point each: see tiny_weights.ts. */
import { GROUP } from "./tiny_weights.ts";

/** Values are scale x (code - zero), group by group. */
export interface Groups {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly zeros: Uint8Array;
}

/** Quantizes by the smallest and the largest value of each group: exact for the model's own matrices. */
export function pack(values: Float32Array): Groups {
  const count = values.length / GROUP;
  const [codes, scales, zeros] = [
    new Uint8Array(values.length),
    new Float32Array(count),
    new Uint8Array(count),
  ];
  for (let group = 0; group < count; group++) {
    const own = values.subarray(group * GROUP, (group + 1) * GROUP);
    const low = own.reduce((a, b) => Math.min(a, b));
    const scale = (own.reduce((a, b) => Math.max(a, b)) - low) / 15;
    const zero = Math.min(15, Math.max(0, Math.round(-low / scale)));
    own.forEach((value, i) => {
      codes[group * GROUP + i] = Math.min(15, Math.max(0, Math.round(value / scale) + zero));
    });
    scales[group] = scale;
    zeros[group] = zero;
  }
  return { codes, scales, zeros };
}

/** The values that groups stand for. */
export function unpack({ codes, scales, zeros }: Groups): Float32Array {
  return Float32Array.from(codes, (code, i) => {
    const group = Math.floor(i / GROUP);
    return scales[group]! * (code - zeros[group]!);
  });
}
