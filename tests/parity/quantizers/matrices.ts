/** Matrices that rounding could get wrong, and the precisions that they are rounded to. */
import type { Float8, Integers } from "../../../engine/mod.ts";

export interface Made {
  readonly name: string;
  readonly out: number;
  readonly width: number;
  /** [out, width] */
  readonly values: Float32Array;
}

export const PRECISIONS: readonly Integers[] = ([8, 4, 3, 2] as const).flatMap((bits) =>
  ([16, 32, 64, 128, 256, "channel"] as const).flatMap((block) =>
    [true, false].map((symmetric) => ({ bits, block, symmetric }))
  )
);

/** Numbers in [0, 1) from a seed (Lehmer). */
function* uniform(seed: number): Generator<number, never> {
  for (let state = seed;;) yield (state = state * 48271 % 0x7fffffff) / 0x7fffffff;
}

/** Rows of unlike size: ordinary, tiny, large, all equal, all zero, one outlier, of one sign; of widths that blocks divide or not. */
export function awkward(): readonly Made[] {
  return [96, 200, 328].map((width) => {
    const out = 12;
    const draw = uniform(width);
    const normal = () =>
      Math.sqrt(-2 * Math.log(1 - draw.next().value)) * Math.cos(2 * Math.PI * draw.next().value);
    const values = Float32Array.from({ length: out * width }, normal);
    const change = (row: number, to: (value: number, i: number) => number) => {
      for (let i = 0; i < width; i++) values[row * width + i] = to(values[row * width + i]!, i);
    };
    change(1, (value) => value * 1e-6);
    change(2, (value) => value * 1e3);
    change(3, () => 0.25);
    change(4, () => 0);
    change(5, (value, i) => i === 7 ? 300 : value);
    change(6, Math.abs);
    change(7, (value) => -Math.abs(value));
    return { name: `width ${width}`, out, width, values };
  });
}

/** Weights that are whole multiples of a step of few bits, each block's range filled: w = d (code - zero). */
export function lattice({ bits, block, symmetric }: Integers & { readonly block: number }): Made {
  const [out, width] = [24, 8 * block];
  const draw = uniform(bits);
  const below = (n: number) => Math.floor(draw.next().value * n);
  const values = new Float32Array(out * width);
  for (let at = 0; at < values.length; at += block) {
    const step = (2 * below(32) + 1) * 2 ** -(8 + below(6));
    const zero = symmetric ? 2 ** (bits - 1) : 1 + below(2 ** bits - 2);
    const lowest = symmetric ? 1 : 0;
    for (let i = 0; i < block; i++) values[at + i] = step * (lowest + below(2 ** bits - lowest) - zero);
    values[at] = step * (lowest - zero);
    values[at + 1] = step * (2 ** bits - 1 - zero);
  }
  return { name: "lattice", out, width, values };
}

/** All 32-bit floats of 16 bits within the range of a format of eight, and what lies at and beside their middles. */
export function eighths(format: Float8["float"]): Float32Array {
  const largest = format === "e4m3" ? 448 : 57344;
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  const found: number[] = [];
  for (let high = 0; high < 65536; high++) {
    for (const low of [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff]) {
      bits[0] = high << 16 | low;
      if (Math.abs(float[0]!) <= largest) found.push(float[0]!);
    }
  }
  return Float32Array.from(found);
}
