/** What decoder_bench.ts measures: drafters by name, on which texts, at which precisions. */
import {
  chatSingle,
  codeEditSingle,
  draftModel,
  fewerLayers,
  gptq,
  mathsSingle,
  quotedSingle,
  roundToNearest,
  summarySingle,
  type Technique,
  techniques,
  translationSingle,
  type Workload,
} from "../../mod.ts";

const catalogue: readonly (readonly [string, Technique])[] = Object.entries(techniques);

const EIGHT = { bits: 8, block: 64, symmetric: false } as const;
const FOUR = { ...EIGHT, bits: 4 } as const;
/** Half of the default model's layers: those that layer_bench.ts found to turn hidden states most. */
const HALF = [0, 1, ...Array.from({ length: 13 }, (_, i) => 17 + i)];

/** Those of the catalogue, and drafts that are made of the model at more cost. */
export const DRAFTERS: Readonly<Record<string, Technique>> = {
  ...Object.fromEntries(catalogue.filter(([, { slot }]) => slot === "decoder")),
  draft_gptq4: draftModel({
    draft: [gptq(FOUR), roundToNearest({ ...FOUR, covers: ["head"] })],
    name: "draft_gptq4",
  }),
  draft_layers: draftModel({
    draft: [fewerLayers({ layers: HALF, body: EIGHT, head: EIGHT })],
    name: "draft_layers",
  }),
};

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  chat: chatSingle,
  summary: summarySingle,
  quoted: quotedSingle,
  code_edit: codeEditSingle,
  translation: translationSingle,
  maths: mathsSingle,
};

/** Streams at which each is raced. */
export const PRECISIONS: Readonly<
  Record<string, { readonly quantizers: readonly Technique[]; readonly streams: readonly number[] }>
> = {
  f32: { quantizers: [], streams: [1, 8] },
  int8: { quantizers: [techniques.int8], streams: [1, 8] },
  int4: { quantizers: [techniques.int4], streams: [1] },
};

/** Tokens an answer, and pairs of turns of each row. */
export const TOKENS = 96;
export const PAIRS = 8;
/** Rows that a step may verify: those whose cost is measured. */
export const ROWS = [1, 2, 3, 4, 5, 6, 8, 12, 16] as const;
