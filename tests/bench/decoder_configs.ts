/** What decoder_bench.ts measures: drafters of the catalogue by name, on which texts, at which precisions. */
import {
  chatSingle,
  codeEditSingle,
  mathsSingle,
  quotedSingle,
  summarySingle,
  type Technique,
  techniques,
  translationSingle,
  type Workload,
} from "../../mod.ts";

const catalogue: readonly (readonly [string, Technique])[] = Object.entries(techniques);

export const DRAFTERS: Readonly<Record<string, Technique>> = Object.fromEntries(
  catalogue.filter(([, { slot }]) => slot === "decoder"),
);

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
