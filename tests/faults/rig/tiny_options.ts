/** Where faults are planted in the tiny network: small functions, each absent in the plain one. */
import type { Batch, KvView } from "../../../engine/mod.ts";
import type { LoadedAdapter } from "./adapters.ts";
import type { Place } from "./tiny_weights.ts";

/** What a hook is told of a new row. */
export interface Row {
  readonly batch: Batch;
  /** Index in the batch. */
  readonly row: number;
  /** Index into `batch.past`. */
  readonly sequence: number;
  readonly position: number;
  /** Its place among the new rows of its sequence. */
  readonly index: number;
  /** Rows of the past that the sequence reads. */
  readonly past: number;
  /** New rows of its sequence. */
  readonly fresh: number;
  /** One new row is decoding, more are a prompt or a draft. */
  readonly phase: "prefill" | "decode";
}

/** What goes into a product. */
export type Activation = "attn" | "attn_output" | "ffn" | "ffn_down" | "output";

/** An angle in radians; pair 0 turns fastest. */
export type Angle = (position: number, pair: number) => number;

export interface RopeOptions {
  /** Angles to choose from; absent: the plain ones alone. */
  readonly tables?: readonly Angle[];
  /** The table of a row: for its query, its key, and, where keys are kept plain, for all keys that it looks at. */
  readonly table?: (row: Row) => number;
  /** Absent: the row's own. */
  readonly position?: (row: Row) => number;
  /** Whether the cache holds keys as turned when they were written (absent), or plain, to be turned by each reader. */
  readonly keys?: "turned" | "plain";
  /** Which dimensions of a head turn together: neighbours (absent), or d and d + half. */
  readonly pairs?: "neighbours" | "halves";
}

/** A part of what a row looks at; parts are attended to apart and merged by their log-sum-exp. */
export interface AttentionPart {
  readonly of: "past" | "new";
  readonly index: number;
  /** 0 for a chunk beyond the past of this row's sequence. */
  readonly keys: number;
}

export interface AttentionOptions {
  /** What a row sees instead of its past, its ancestors and itself: indices of its sequence's keys, ascending. */
  readonly sees?: (seen: Int32Array, row: Row) => Int32Array;
  /** Keys with positions up to this far back are seen, itself included; absent: all. */
  readonly window?: number;
  /** Attends to the past and to new rows apart, the past in chunks of so many rows (Infinity: in one). */
  readonly chunk?: number;
  /** What the merge takes for the log-sum-exp of a part. */
  readonly lse?: (lse: number, part: AttentionPart, row: Row) => number;
}

/** A new row's query, keys and values, as attention and the cache will have them. */
export interface Projected {
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

export interface LoraOptions {
  readonly adapters: readonly LoadedAdapter[];
  /** Names that the network claims to hold; absent: those of `adapters`. */
  readonly names?: readonly string[];
  /** The adapter that a row is computed with; absent: the one that the batch names. */
  readonly of?: (row: Row) => string | undefined;
}

export interface TinyOptions {
  /** Which blocks run, in order; each has K/V of its own. Absent: 0, 1. */
  readonly blocks?: readonly number[];
  /** A weight as it is loaded; vectors too. */
  readonly weights?: (place: Place, values: Float32Array) => Float32Array;
  /** Another matrix than the loaded one for one row: a kernel of its own for decoding, say. */
  readonly matrix?: (place: Place, row: Row) => Float32Array | undefined;
  /** Changes the input of products in place. */
  readonly activation?: (name: Activation, layer: number, x: Float32Array, row: Row) => void;
  readonly rope?: RopeOptions;
  /** Changes what was projected, and turned, in place. */
  readonly projected?: (projected: Projected, layer: number, row: Row) => void;
  readonly attention?: AttentionOptions;
  /** What a sequence's past is read from. */
  readonly past?: (view: KvView, sequence: number, batch: Batch) => KvView;
  /** Changes the K/V that goes to the cache in place: [rows, layers, 2, kvHeads, headDim]. */
  readonly kv?: (kv: Float32Array, batch: Batch) => void;
  readonly lora?: LoraOptions;
  /** Changes a row's logits in place. */
  readonly logits?: (logits: Float32Array, row: Row) => void;
}
