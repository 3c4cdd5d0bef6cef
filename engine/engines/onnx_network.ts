/** The network on ONNX Runtime: lowers a ragged batch to runs of one graph (see graph/llama.ts) and its K/V to arrays. */
import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-common";
import type { KvRows } from "../cache.ts";
import {
  type Batch,
  type Forward,
  groupSpans,
  maskOf,
  type Network,
  type NetworkShape,
  type Span,
  spans,
} from "../network.ts";
import { Staging } from "./staging.ts";

/** What both ONNX Runtime packages export. */
export interface Runtime {
  readonly Tensor: typeof Tensor;
  readonly InferenceSession: {
    create(model: string | Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
}

export interface OnnxParts {
  readonly runtime: Runtime;
  readonly graph: InferenceSession;
  readonly logSumExp: InferenceSession;
  readonly shape: NetworkShape & { readonly heads: number };
  /** Writes the embedding of a token at `offset`. */
  readonly embed: (token: number, into: Float32Array, offset: number) => void;
  /** Masked rows that stand for a past where there is none: WebGPU's kernels take no tensor without elements. */
  readonly emptyPast: 0 | 1;
  readonly weightBytes: number;
}

/** Where decoding rows and prefill chunks run apart in one step, sequences with more new rows than this are staged apart. */
const DECODE_ROWS = 16;

export class OnnxNetwork implements Network {
  readonly shape: OnnxParts["shape"];
  readonly weightBytes: number;
  readonly #parts: OnnxParts;
  readonly #decoding: Staging;
  readonly #prefilling: Staging;
  #past: {
    readonly key: string;
    readonly arrays: readonly Float32Array[];
    readonly tensors: readonly Tensor[];
  } | undefined;

  constructor(parts: OnnxParts) {
    this.#parts = parts;
    this.shape = parts.shape;
    this.weightBytes = parts.weightBytes;
    this.#decoding = new Staging(parts.shape);
    this.#prefilling = new Staging(parts.shape);
  }

  async forward(batch: Batch): Promise<Forward> {
    const groups = groupSpans(spans(batch));
    const { layers, kvHeads, headDim, vocabulary } = this.shape;
    const total = batch.tokens.length;
    const width = layers * 2 * kvHeads * headDim;
    const wanted = new Map<number, number>();
    batch.want.forEach((row, i) => wanted.set(row, i));
    let logits: Float32Array | undefined;
    let kv: KvRows | undefined;
    const features = batch.features ? new Float32Array(total * this.shape.width) : undefined;
    for (const group of groups) {
      const run = await this.#run(batch, group, wanted, groups.length === 1);
      if (groups.length === 1 && run.inOrder) {
        return { logits: run.logits, kv: run.kv, ...(run.features && { features: run.features }) };
      }
      logits ??= new Float32Array(batch.want.length * vocabulary);
      kv ??= new Float32Array(batch.logitsOnly ? 0 : total * width);
      run.chosen.forEach((row, i) => {
        logits!.set(run.logits.subarray(i * vocabulary, (i + 1) * vocabulary), wanted.get(row)! * vocabulary);
      });
      if (features) place(run.features!, run.rows, this.shape.width, features);
      if (!batch.logitsOnly) place(run.kv, run.rows, width, kv);
    }
    return { logits: logits!, kv: kv!, ...(features && { features }) };
  }

  async #run(
    batch: Batch,
    group: readonly Span[],
    wanted: ReadonlyMap<number, number>,
    alone: boolean,
  ) {
    const { layers, heads, kvHeads, headDim, width } = this.shape;
    const s = Math.max(...group.map((span) => span.to - span.from));
    const views = group.map((span) => batch.past[span.sequence]!);
    const hasPast = views.some((view) => view.length > 0);
    const staging = alone || s <= DECODE_ROWS ? this.#decoding : this.#prefilling;
    const staged = hasPast ? staging.stage(views) : undefined;
    const ordered = staged ? staged.order.map((index) => group[index]!) : group;
    const b = ordered.length;
    const capacity = staged?.capacity ?? this.#parts.emptyPast;

    // Row of the batch at each row of the run, -1 for padding.
    const rows = new Int32Array(b * s).fill(-1);
    ordered.forEach((span, i) => {
      for (let row = span.from; row < span.to; row++) rows[i * s + row - span.from] = row;
    });
    const embeddings = new Float32Array(b * s * width);
    const positions = new BigInt64Array(b * s);
    const chosen: number[] = [];
    const chosenAt: number[] = [];
    rows.forEach((row, i) => {
      if (row < 0) return;
      this.#parts.embed(batch.tokens[row]!, embeddings, i * width);
      positions[i] = BigInt(batch.positions[row]!);
      if (wanted.has(row)) {
        chosen.push(row);
        chosenAt.push(i);
      }
    });
    const repeat = heads / kvHeads;
    // One row of each head is a matrix-vector product; several are one product for all heads that share a K/V head.
    const [products, height] = s === 1 ? [repeat, 1] : [1, repeat * s];
    const mask = maskOf(batch, ordered, s, capacity, height / s);
    const feeds: Record<string, Tensor> = {
      embeddings: this.#tensor("float32", embeddings, [1, b * s, width]),
      chosen: this.#integers(chosenAt),
      positions: this.#tensor("int64", positions, [b, s]),
      mask: this.#tensor("float32", mask, [b, 1, 1, height, capacity + s]),
      heads_shape: this.#integers([b, s, heads + 2 * kvHeads, headDim]),
      kv_shape: this.#integers([b, kvHeads, 1, s, headDim]),
      product_shape: this.#integers([b, kvHeads, products, height, headDim]),
      group_shape: this.#integers([b, kvHeads, repeat, s, headDim]),
      split: this.#integers([capacity, s]),
    };
    const past = this.#pastTensors(staged?.arrays, b, capacity);
    for (let layer = 0; layer < layers; layer++) {
      feeds[`past_k.${layer}`] = past[layer * 2]!;
      feeds[`past_v.${layer}`] = past[layer * 2 + 1]!;
    }
    // An output that is not named here costs nothing.
    const wants = ["logits", ...(batch.logitsOnly ? [] : ["kv"]), ...(batch.features ? ["features"] : [])];
    const out = await this.#parts.graph.run(feeds, wants);
    const data = (name: string) => (out[name] as TypedTensor<"float32">).data as Float32Array;
    const kv = batch.logitsOnly ? new Float32Array(0) : data("kv");
    const features = batch.features ? data("features") : undefined;
    const inOrder = rows.every((row, i) => row === i);
    return { logits: data("logits"), kv, features, chosen, rows, inOrder };
  }

  async logSumExp(logits: Float32Array): Promise<Float32Array> {
    const { vocabulary } = this.shape;
    const out = await this.#parts.logSumExp.run({
      logits: this.#tensor("float32", logits, [logits.length / vocabulary, vocabulary]),
    });
    return (out.sums as TypedTensor<"float32">).data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.graph.release();
    await this.#parts.logSumExp.release();
  }

  #pastTensors(arrays: readonly Float32Array[] | undefined, b: number, capacity: number): readonly Tensor[] {
    const { layers, kvHeads, headDim } = this.shape;
    if (arrays === undefined) {
      const size = b * kvHeads * capacity * headDim;
      return Array.from(
        { length: layers * 2 },
        () => this.#tensor("float32", new Float32Array(size), [b, kvHeads, 1, capacity, headDim]),
      );
    }
    const key = `${b}:${capacity}`;
    if (this.#past?.key !== key || this.#past.arrays[0]!.buffer !== arrays[0]!.buffer) {
      const tensors = arrays.map((array) =>
        this.#tensor("float32", array, [b, kvHeads, 1, capacity, headDim])
      );
      this.#past = { key, arrays, tensors };
    }
    return this.#past.tensors;
  }

  #integers(values: readonly number[]): Tensor {
    return this.#tensor("int64", BigInt64Array.from(values, BigInt), [values.length]);
  }

  #tensor(type: "float32" | "int64", data: Float32Array | BigInt64Array, dims: readonly number[]): Tensor {
    return new this.#parts.runtime.Tensor(type, data as Float32Array, dims);
  }
}

/** Puts each row of a run where `rows` says that it belongs; -1 is padding. */
function place(from: Float32Array, rows: Int32Array, width: number, into: Float32Array): void {
  rows.forEach((row, i) => {
    if (row >= 0) into.set(from.subarray(i * width, (i + 1) * width), row * width);
  });
}
