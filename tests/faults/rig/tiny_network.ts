/**
 * A tiny llama (RMSNorm, rotary positions, grouped K/V heads, SwiGLU) in plain TypeScript: 32-bit storage, 64-bit
 * sums in an order that no batch changes, so that any two ways of asking agree to the bit unless a fault, or an
 * arrangement that rounds otherwise, stands between them.
 */
import {
  type Batch,
  type Forward,
  type KvView,
  type Network,
  type Span,
  spans,
} from "../../../engine/mod.ts";
import { attend } from "./attention.ts";
import { type Layer, loadLayer, multiply, norm } from "./linear.ts";
import { Rotary } from "./rotary.ts";
import { partsOf, Seen } from "./seen.ts";
import type { Row, TinyOptions } from "./tiny_options.ts";
import { SIZE, type WeightName } from "./tiny_weights.ts";

const { width, kvHeads, headDim, heads, ffn, vocabulary, context } = SIZE;
const KV = kvHeads * headDim;
const Q = heads * headDim;

/** What one block reads and writes in one pass. */
interface Pass {
  readonly layer: Layer;
  /** The block's number in the model. */
  readonly block: number;
  /** Its place in the cache. */
  readonly slot: number;
  readonly rows: readonly Row[];
  readonly tables: readonly number[];
  readonly past: readonly KvView[];
  readonly longest: number;
  readonly x: Float32Array;
  readonly q: Float32Array;
  readonly k: Float32Array;
  readonly v: Float32Array;
}

export class TinyNetwork implements Network {
  readonly shape: Network["shape"];
  readonly adapters: readonly string[];
  readonly #blocks: readonly number[];
  readonly #layers: ReadonlyMap<number, Layer>;
  readonly #ends: Layer;
  readonly #rotary: Rotary;

  constructor(private readonly options: TinyOptions = {}) {
    this.#blocks = options.blocks ?? [0, 1];
    this.shape = { layers: this.#blocks.length, kvHeads, headDim, vocabulary, width, context };
    this.adapters = options.lora?.names ?? options.lora?.adapters.map(({ name }) => name) ?? [];
    this.#rotary = new Rotary(options.rope);
    this.#layers = new Map([...new Set(this.#blocks)].map((layer) => [layer, loadLayer(layer, options)]));
    this.#ends = loadLayer(-1, options);
  }

  forward(batch: Batch): Promise<Forward> {
    return Promise.resolve(this.run(batch));
  }

  /** The same at once, for a decoder that drafts with a model of its own. */
  run(batch: Batch): Forward {
    const past = batch.past.map((view, i) => this.options.past?.(view, i, batch) ?? view);
    const all = spans(batch);
    const rows = rowsOf(batch, all, past);
    const table = this.#ends.token_embd.values;
    const x = new Float32Array(rows.length * width);
    batch.tokens.forEach((token, i) => x.set(table.subarray(token * width, (token + 1) * width), i * width));
    const kv = new Float32Array(rows.length * this.#blocks.length * 2 * KV);
    const tables = rows.map((row) => this.options.rope?.table?.(row) ?? 0);
    const longest = past.reduce((most, { length }) => Math.max(most, length), 0);
    this.#blocks.forEach((block, slot) => {
      const [q, k, v] = [Q, KV, KV].map((size) => new Float32Array(rows.length * size)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const layer = this.#layers.get(block)!;
      const pass = { layer, block, slot, rows, tables, past, longest, x, q, k, v };
      for (const row of rows) this.#project(pass, row, kv);
      for (const span of all) this.#attend(pass, span);
      for (const row of rows) this.#feed(pass, row);
    });
    const logits = new Float32Array(batch.want.length * vocabulary);
    batch.want.forEach((row, i) =>
      this.#head(rows[row]!, x, logits.subarray(i * vocabulary, (i + 1) * vocabulary))
    );
    if (batch.logitsOnly) return { logits, kv: new Float32Array(0) };
    this.options.kv?.(kv, batch);
    return { logits, kv };
  }

  logSumExp(logits: Float32Array): Promise<Float32Array> {
    const sums = Float32Array.from({ length: logits.length / vocabulary }, (_, i) => {
      const row = logits.subarray(i * vocabulary, (i + 1) * vocabulary);
      const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
      return top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
    });
    return Promise.resolve(sums);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }

  /** Writes a row's query, key and value, and what the cache is to hold of it. */
  #project({ layer, block, slot, tables, x, q, k, v }: Pass, row: Row, kv: Float32Array): void {
    const { rope, activation } = this.options;
    const normed = new Float32Array(width);
    norm(layer.attn_norm, x, row.row * width, normed);
    activation?.("attn", block, normed, row);
    multiply(layer.attn_q, normed, q, row.row * Q, row, this.options);
    multiply(layer.attn_k, normed, k, row.row * KV, row, this.options);
    multiply(layer.attn_v, normed, v, row.row * KV, row, this.options);
    const [position, table] = [this.#position(row), tables[row.row]!];
    this.#rotary.turn(q, row.row * Q, heads, position, table);
    if (rope?.keys !== "plain") this.#rotary.turn(k, row.row * KV, kvHeads, position, table);
    const own = (all: Float32Array, size: number) => all.subarray(row.row * size, (row.row + 1) * size);
    const projected = { q: own(q, Q), k: own(k, KV), v: own(v, KV) };
    this.options.projected?.(projected, block, row);
    const at = (row.row * this.#blocks.length + slot) * 2 * KV;
    kv.set(projected.k, at);
    kv.set(projected.v, at + KV);
  }

  /** Adds the attention of one sequence's rows to the residual stream. */
  #attend(pass: Pass, span: Span): void {
    const { layer, block, rows, tables, past, longest, x, q } = pass;
    const count = past[span.sequence]!.length + span.to - span.from;
    const [keys, values] = [this.#gather(pass, span, 0), this.#gather(pass, span, 1)];
    const turned = new Map<number, Float32Array>();
    const seen = new Seen(rows[0]!.batch, span, past[span.sequence]!.length);
    const mixed = new Float32Array(Q);
    for (let at = span.from; at < span.to; at++) {
      const row = rows[at]!;
      const table = tables[at]!;
      let k = keys;
      if (this.options.rope?.keys === "plain") {
        k = turned.get(table) ?? this.#turn(pass, span, keys, table);
        turned.set(table, k);
      }
      const own = seen.of(at);
      const list = this.options.attention?.sees?.(own, row) ?? own;
      const parts = partsOf(row, list, longest, this.options.attention);
      attend(q, at * Q, { k, v: values, count }, list, parts, mixed, 0);
      this.options.activation?.("attn_output", block, mixed, row);
      this.#add(layer, "attn_output", mixed, x, row);
    }
  }

  /** K (0) or V (1) of a sequence, the past's rows and the new ones: [kvHeads x keys x headDim]. */
  #gather({ slot, past, k, v }: Pass, { sequence, from, to }: Span, kind: 0 | 1): Float32Array {
    const { length } = past[sequence]!;
    const count = length + to - from;
    const all = new Float32Array(kvHeads * count * headDim);
    if (length > 0) past[sequence]!.copy(slot, kind, 0, length, all, 0, count * headDim);
    const fresh = kind === 0 ? k : v;
    for (let row = from; row < to; row++) {
      for (let head = 0; head < kvHeads; head++) {
        const source = row * KV + head * headDim;
        const target = (head * count + length + row - from) * headDim;
        for (let d = 0; d < headDim; d++) all[target + d] = fresh[source + d]!;
      }
    }
    return all;
  }

  /** Plain keys turned by a table; what is left of a past stands right before the new rows. */
  #turn(
    { rows, past }: Pass,
    { sequence, from, to }: Span,
    plain: Float32Array,
    table: number,
  ): Float32Array {
    const { length } = past[sequence]!;
    const count = length + to - from;
    const keys = plain.slice();
    const first = this.#position(rows[from]!);
    for (let i = 0; i < count; i++) {
      const position = i < length ? first - length + i : this.#position(rows[from + i - length]!);
      for (let head = 0; head < kvHeads; head++) {
        this.#rotary.turn(keys, (head * count + i) * headDim, 1, position, table);
      }
    }
    return keys;
  }

  #feed({ layer, block, x }: Pass, row: Row): void {
    const { activation } = this.options;
    const normed = new Float32Array(width);
    const [gate, up] = [new Float32Array(ffn), new Float32Array(ffn)];
    norm(layer.ffn_norm, x, row.row * width, normed);
    activation?.("ffn", block, normed, row);
    multiply(layer.ffn_gate, normed, gate, 0, row, this.options);
    multiply(layer.ffn_up, normed, up, 0, row, this.options);
    for (let i = 0; i < ffn; i++) gate[i] = gate[i]! / (1 + Math.exp(-gate[i]!)) * up[i]!;
    activation?.("ffn_down", block, gate, row);
    this.#add(layer, "ffn_down", gate, x, row);
  }

  #head(row: Row, x: Float32Array, logits: Float32Array): void {
    const normed = new Float32Array(width);
    norm(this.#ends.output_norm, x, row.row * width, normed);
    this.options.activation?.("output", -1, normed, row);
    multiply(this.#ends.output, normed, logits, 0, row, this.options);
    const bias = this.#ends.output_bias.values;
    for (let i = 0; i < vocabulary; i++) logits[i]! += bias[i]!;
    this.options.logits?.(logits, row);
  }

  /** Adds a product to a row of the residual stream. */
  #add(layer: Layer, name: WeightName, input: Float32Array, x: Float32Array, row: Row): void {
    const product = new Float32Array(width);
    multiply(layer[name], input, product, 0, row, this.options);
    for (let i = 0; i < width; i++) x[row.row * width + i]! += product[i]!;
  }

  #position(row: Row): number {
    return this.options.rope?.position?.(row) ?? row.position;
  }
}

function rowsOf(batch: Batch, all: readonly Span[], past: readonly KvView[]): readonly Row[] {
  return all.flatMap(({ sequence, from, to }) =>
    Array.from({ length: to - from }, (_, i): Row => ({
      batch,
      row: from + i,
      index: i,
      sequence,
      position: batch.positions[from + i]!,
      past: past[sequence]!.length,
      fresh: to - from,
      phase: to - from === 1 ? "decode" : "prefill",
    }))
  );
}
