/** What quantizer_bench.ts measures: techniques by the name of a row, and which rows are measured on which model. */
import { mixedPrecision, roundToNearest, type Technique, techniques } from "../../mod.ts";

/** The first row is what the others are compared with. */
export const CONFIGS: Readonly<Record<string, readonly Technique[]>> = {
  f32: [],
  int8: [techniques.int8],
  int8_sym: [roundToNearest({ bits: 8, block: 64, symmetric: true })],
  int6: [techniques.int6],
  fp8_e4m3: [techniques.fp8_e4m3],
  fp8_e5m2: [techniques.fp8_e5m2],
  int4: [techniques.int4],
  int4_body: [techniques.int4_body],
  int4_body_sym: [roundToNearest({ bits: 4, block: 64, symmetric: true, covers: ["body"] })],
  gptq4: [techniques.gptq4],
  awq4: [techniques.awq4],
  gptq4_head8: [techniques.gptq4, roundToNearest({ bits: 8, block: 64, symmetric: false, covers: ["head"] })],
  mixed_6_4: [mixedPrecision({ bodyBits: 6.4 })],
  mixed_6: [techniques.mixed_6],
  mixed_5_5: [mixedPrecision({ bodyBits: 5.5 })],
  mixed_5: [mixedPrecision({ bodyBits: 5 })],
  w8a8: [techniques.w8a8],
  w8a8_tensor: [techniques.w8a8_tensor],
  smoothquant: [techniques.smoothquant],
  int3: [techniques.int3],
  int2: [techniques.int2],
};
export type Config = keyof typeof CONFIGS;

/** Models of the report, at how many streams their speeds are measured, and which rows in WebAssembly too. */
export const MODELS_MEASURED: Readonly<
  Record<string, { readonly streams: readonly number[]; readonly wasm: readonly Config[] }>
> = {
  "smollm2-135m": { streams: [1, 4, 8, 16], wasm: ["int8", "w8a8"] },
  "qwen2.5-coder-0.5b": { streams: [1], wasm: [] },
};
