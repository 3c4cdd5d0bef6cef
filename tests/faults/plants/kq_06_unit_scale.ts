/** K and V as 8-bit floats (E2M5; Kuzmin et al., FP8 Quantization, 2022) whose scale is 1, whatever the model's keys are like. */
import type { KvLive, KvShape } from "../../../engine/mod.ts";
import { type Codec, type Params, QuantizedKv } from "./quantized_kv.ts";

const LARGEST = 7.875;
const SMALLEST_EXPONENT = 0;
const MANTISSA = 5;

function e2m5(value: number): number {
  const exponent = Math.max(SMALLEST_EXPONENT, Math.floor(Math.log2(Math.abs(value))));
  const step = 2 ** (exponent - MANTISSA);
  return Math.max(-LARGEST, Math.min(LARGEST, Math.round(value / step) * step));
}

const unitScale: Codec = {
  pack(values, packed) {
    packed[0] = 1;
    values.forEach((value, i) => (packed[i + 1] = e2m5(value)));
  },
  unpack: (code, scale) => code * scale,
};

/** Opens the cache; where it is not faulty each row and head has a scale of its own. */
export function open(params: Params, { shape }: { readonly shape: KvShape }): KvLive {
  return params.faulty ? new QuantizedKv(params, shape, unitScale) : new QuantizedKv(params, shape);
}
