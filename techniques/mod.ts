/** What we try: the catalogue, and the shape of its entries. */
import { chunkedPrefill } from "./batchers/chunked_prefill.ts";
import { type Batching, continuousBatching } from "./batchers/continuous_batching.ts";
import { prefillFirst } from "./batchers/prefill_first.ts";
import { staticBatch } from "./batchers/static_batch.ts";
import { type KvOffload, kvOffload } from "./caches/kv_offload.ts";
import { prefixCache } from "./caches/prefix_cache.ts";
import { type QuantizedKv, quantizedKv } from "./caches/quantized_kv.ts";
import { answerLookup, type AnswerLookupOptions } from "./decoders/answer_lookup.ts";
import { draftModel, type DraftModelOptions } from "./decoders/draft_model.ts";
import { eagle, type EagleOptions } from "./decoders/eagle.ts";
import { earlyExit, type EarlyExitOptions } from "./decoders/early_exit.ts";
import { medusa, type MedusaOptions } from "./decoders/medusa.ts";
import { fewerLayers, type FewerLayersOptions } from "./decoders/fewer_layers.ts";
import { type LookupOptions, promptLookup, USUAL_GUESSES } from "./decoders/prompt_lookup.ts";
import { awq, type AwqOptions } from "./quantizers/awq.ts";
import { float8 } from "./quantizers/float8.ts";
import { gptq, type GptqOptions } from "./quantizers/gptq.ts";
import { type MixedOptions, mixedPrecision } from "./quantizers/mixed_precision.ts";
import { roundToNearest } from "./quantizers/round_to_nearest.ts";
import { smoothQuant, type SmoothQuantOptions } from "./quantizers/smooth_quant.ts";
import { w8a8 } from "./quantizers/w8a8.ts";
import type { Technique } from "./technique.ts";

export * from "./technique.ts";
export {
  answerLookup,
  type AnswerLookupOptions,
  awq,
  type AwqOptions,
  type Batching,
  chunkedPrefill,
  continuousBatching,
  draftModel,
  type DraftModelOptions,
  eagle,
  type EagleOptions,
  earlyExit,
  type EarlyExitOptions,
  fewerLayers,
  type FewerLayersOptions,
  float8,
  gptq,
  type GptqOptions,
  type KvOffload,
  kvOffload,
  type LookupOptions,
  medusa,
  type MedusaOptions,
  type MixedOptions,
  mixedPrecision,
  prefillFirst,
  prefixCache,
  promptLookup,
  type QuantizedKv,
  quantizedKv,
  roundToNearest,
  smoothQuant,
  type SmoothQuantOptions,
  staticBatch,
  w8a8,
};

const INT4 = roundToNearest({ bits: 4, block: 64, symmetric: false });

/** Every technique in its usual form, by the name that `--only` takes. */
export const techniques = {
  int8: roundToNearest({ bits: 8, block: 64, symmetric: false }),
  int6: roundToNearest({ bits: 6, block: 64, symmetric: false }),
  int4: INT4,
  int4_body: roundToNearest({ bits: 4, block: 64, symmetric: false, covers: ["body"] }),
  int3: roundToNearest({ bits: 3, block: 64, symmetric: false }),
  int2: roundToNearest({ bits: 2, block: 64, symmetric: false }),
  fp8_e4m3: float8({ float: "e4m3", per: "channel" }),
  fp8_e5m2: float8({ float: "e5m2", per: "channel" }),
  awq4: awq({ bits: 4, block: 64, symmetric: false }),
  gptq4: gptq({ bits: 4, block: 64, symmetric: false }),
  w8a8: w8a8({ activations: "token" }),
  w8a8_tensor: w8a8({ activations: "tensor" }),
  smoothquant: smoothQuant(),
  mixed_6: mixedPrecision({ bodyBits: 6 }),
  prompt_lookup: promptLookup(),
  answer_lookup: answerLookup(),
  draft_int4: draftModel({ draft: [INT4], draws: false, name: "draft_int4" }),
  early_exit: earlyExit(),
  medusa: medusa(),
  medusa_lookup: medusa({ lookedUp: USUAL_GUESSES }),
  eagle: eagle(),
  prefix_cache: prefixCache(),
  kv_offload: kvOffload(),
  kv_int8: quantizedKv({ bits: 8, keys: "token", values: "token" }),
  kv_int4: quantizedKv({ bits: 4, keys: "page", values: "token" }),
  static_batch: staticBatch(),
  continuous_batching: continuousBatching(),
  prefill_first: prefillFirst(),
  chunked_prefill: chunkedPrefill(),
} as const satisfies Record<string, Technique>;
