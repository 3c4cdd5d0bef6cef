/**
 * A model's layers one after another over calibration text: the hidden states of all its tokens are held, and a
 * layer's weights are whatever the caller gives, so that each layer is seen through those below it as they were made.
 */
import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-common";
import type { Runtime } from "../engines/onnx_network.ts";
import type { KvView } from "../cache.ts";
import { rotaryTable } from "../graph/attention.ts";
import { maskOf } from "../network.ts";
import type { ModelConfig, Weights } from "../weights/mod.ts";
import { type Step, type Tap, walkGraph, widthOf } from "./walk_graph.ts";

/** A layer's tensors; matrices are [out, in], q's rows scaled by 1 / sqrt(headDim). */
export interface LayerWeights extends Readonly<Record<Tap, Float32Array>> {
  readonly attn_norm: Float32Array;
  readonly ffn_norm: Float32Array;
  readonly qkv_bias?: Float32Array;
}

/** Of the n inputs of a matrix, over `rows` tokens. */
export interface Statistics {
  readonly rows: number;
  /** x^T x, [n, n] */
  readonly gram: Float32Array;
  /** Mean and largest |x| of each input. */
  readonly meanAbs: Float32Array;
  readonly maxAbs: Float32Array;
}

/** What the matrices of a tap read, [rows, n], of some of the texts; `residual`: what is added to their products. */
export interface Inputs {
  readonly x: Float32Array;
  readonly residual?: Float32Array;
}

/** Of some of the texts, hidden states and what steps within the layer made of them. */
interface Given {
  readonly hidden: Float32Array;
  readonly mixed?: Float32Array;
  readonly middle?: Float32Array;
}

/** Batches that a step gave, and the tensors that they came of. */
interface Kept {
  readonly of: readonly (Float32Array | undefined)[];
  readonly batches: readonly Float32Array[];
}

const EMPTY: KvView = { id: 0, epoch: 0, length: 0, copy() {} };

/** Rows of one run. */
const ROWS = 2048;

export class LayerWalk implements AsyncDisposable {
  readonly #sessions = new Map<string, Promise<InferenceSession>>();
  /** Hidden states, [texts x tokens, width] of as many texts as one run takes. */
  #batches: Float32Array[];
  /** Steps within the next layer: tensors that are the same arrays are not gone through again. */
  #mixed: Kept | undefined;
  #middle: Kept | undefined;
  readonly #tokens: number;
  readonly #cos: Float32Array;
  readonly #sin: Float32Array;

  /** `texts`: tokens, each text as long as the others. */
  constructor(
    private readonly runtime: Runtime,
    private readonly threads: number,
    private readonly config: ModelConfig,
    weights: Weights,
    texts: readonly (readonly number[])[],
  ) {
    this.#tokens = texts[0]!.length;
    [this.#cos, this.#sin] = [
      rotaryTable("cos", this.#tokens, config),
      rotaryTable("sin", this.#tokens, config),
    ];
    const embed = weights.rows("token_embd.weight");
    const { width } = config;
    const each = Math.max(1, Math.floor(ROWS / this.#tokens));
    this.#batches = [];
    for (let first = 0; first < texts.length; first += each) {
      const tokens = texts.slice(first, first + each).flat();
      const batch = new Float32Array(tokens.length * width);
      tokens.forEach((token, row) => embed(token, batch, row * width));
      this.#batches.push(batch);
    }
  }

  /** The hidden states before the layer that comes next. */
  get hidden(): readonly Float32Array[] {
    return this.#batches;
  }

  set hidden(batches: readonly Float32Array[]) {
    this.#batches = [...batches];
    this.#mixed = this.#middle = undefined;
  }

  /** What the matrices at `tap` of the next layer read, the layer's other weights being those that are given. */
  async statistics(tap: Tap, layer: LayerWeights): Promise<Statistics> {
    const session = await this.#session(tap, "sums");
    const n = widthOf(tap, this.config);
    let gram = new Float32Array(n * n);
    const meanAbs = new Float32Array(n);
    const maxAbs = new Float32Array(n);
    let rows = 0;
    for (const given of await this.#before(tap, layer)) {
      const out = await session.run({
        ...this.#feeds(given, layer, session),
        gram_before: this.#tensor(gram, [n, n]),
      });
      gram = dataOf(out.gram!);
      const [sum, most] = [dataOf(out.sum!), dataOf(out.most!)];
      for (let i = 0; i < n; i++) {
        meanAbs[i]! += sum[i]!;
        maxAbs[i] = Math.max(maxAbs[i]!, most[i]!);
      }
      rows += given.hidden.length / this.config.width;
    }
    for (let i = 0; i < n; i++) meanAbs[i]! /= rows;
    return { rows, gram, meanAbs, maxAbs };
  }

  /** The same rows themselves, some texts after others. */
  async *inputs(tap: Tap, layer: LayerWeights): AsyncIterable<Inputs> {
    const session = await this.#session(tap, "rows");
    for (const given of await this.#before(tap, layer)) {
      const out = await session.run(this.#feeds(given, layer, session));
      const residual =
        { attn_output: given.hidden, ffn_down: given.middle, qkv: undefined, gate_up: undefined }[tap];
      yield { x: dataOf(out[tap]!), ...(residual && { residual }) };
    }
  }

  /** Goes through the next layer, whose weights are these. */
  async advance(layer: LayerWeights): Promise<void> {
    const given = await this.#before("ffn_down", layer);
    this.hidden = await this.#run("out", given, layer);
  }

  /** What goes into the part of the layer that ends at `tap`, batch by batch. */
  async #before(tap: Tap, layer: LayerWeights): Promise<readonly Given[]> {
    const hidden = this.#batches.map((batch) => ({ hidden: batch }));
    if (tap === "qkv") return hidden;
    const first = [layer.attn_norm, layer.qkv, layer.qkv_bias];
    if (!this.#mixed || !alike(this.#mixed.of, first)) {
      this.#mixed = { of: first, batches: await this.#run("mixed", hidden, layer) };
    }
    const mixed = this.#mixed.batches.map((batch, i) => ({ hidden: this.#batches[i]!, mixed: batch }));
    if (tap === "attn_output") return mixed;
    const second = [...first, layer.attn_output];
    if (!this.#middle || !alike(this.#middle.of, second)) {
      this.#middle = { of: second, batches: await this.#run("middle", mixed, layer) };
    }
    return this.#middle.batches.map((batch, i) => ({ ...mixed[i]!, middle: batch }));
  }

  async #run(step: Step, given: readonly Given[], layer: LayerWeights): Promise<Float32Array[]> {
    const session = await this.#session(step);
    const all: Float32Array[] = [];
    for (const one of given) {
      all.push(dataOf((await session.run(this.#feeds(one, layer, session)))[step]!));
    }
    return all;
  }

  #feeds(
    { hidden, mixed, middle }: Given,
    layer: LayerWeights,
    { inputNames }: InferenceSession,
  ): Record<string, Tensor> {
    const { width, heads, kvHeads, headDim, ffn } = this.config;
    const s = this.#tokens;
    const b = hidden.length / width / s;
    const repeat = heads / kvHeads;
    const pastShape = [b, kvHeads, 1, 0, headDim];
    const spans = Array.from({ length: b }, (_, i) => ({ sequence: i, from: i * s, to: (i + 1) * s }));
    const out = (tap: Tap) => layer[tap].length / widthOf(tap, this.config);
    const matrix = (tap: Tap) => () => this.#tensor(layer[tap], [out(tap), widthOf(tap, this.config)]);
    const all: Readonly<Record<string, () => Tensor>> = {
      hidden: () => this.#tensor(hidden, [1, b * s, width]),
      mixed: () => this.#tensor(mixed!, [1, b * s, heads * headDim]),
      middle: () => this.#tensor(middle!, [1, b * s, width]),
      attn_norm: () => this.#tensor(layer.attn_norm, [width]),
      ffn_norm: () => this.#tensor(layer.ffn_norm, [width]),
      qkv_bias: () => this.#tensor(layer.qkv_bias!, [(heads + 2 * kvHeads) * headDim]),
      qkv: matrix("qkv"),
      attn_output: matrix("attn_output"),
      gate_up: matrix("gate_up"),
      ffn_down: () => this.#tensor(layer.ffn_down, [width, ffn]),
      cos: () => this.#tensor(this.#cos, [s, headDim / 2]),
      sin: () => this.#tensor(this.#sin, [s, headDim / 2]),
      positions: () => this.#integers(Array.from({ length: b * s }, (_, row) => row % s), [b, s]),
      mask: () => {
        const mask = maskOf({ past: spans.map(() => EMPTY) }, spans, s, 0, repeat);
        return this.#tensor(mask, [b, 1, 1, repeat * s, s]);
      },
      heads_shape: () => this.#integers([b, s, heads + 2 * kvHeads, headDim]),
      kv_shape: () => this.#integers([b, kvHeads, 1, s, headDim]),
      product_shape: () => this.#integers([b, kvHeads, 1, repeat * s, headDim]),
      group_shape: () => this.#integers([b, kvHeads, repeat, s, headDim]),
      split: () => this.#integers([0, s]),
      "past_k.0": () => this.#tensor(new Float32Array(0), pastShape),
      "past_v.0": () => this.#tensor(new Float32Array(0), pastShape),
    };
    return Object.fromEntries(
      inputNames.filter((name) => name !== "gram_before").map((name) => [name, all[name]!()]),
    );
  }

  #session(to: Step | Tap, as?: "rows" | "sums"): Promise<InferenceSession> {
    const name = `${to} ${as}`;
    const known = this.#sessions.get(name);
    if (known) return known;
    const graph = walkGraph(this.config, to, as);
    const session = this.runtime.InferenceSession.create(graph, {
      intraOpNumThreads: this.threads,
      graphOptimizationLevel: "all",
      enableCpuMemArena: false,
    });
    this.#sessions.set(name, session);
    return session;
  }

  #tensor(data: Float32Array, dims: readonly number[]): Tensor {
    return new this.runtime.Tensor("float32", data, dims);
  }

  #integers(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
    return new this.runtime.Tensor("int64", BigInt64Array.from(values, BigInt), dims);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }
}

const dataOf = (tensor: Tensor) => (tensor as TypedTensor<"float32">).data as Float32Array<ArrayBuffer>;

const alike = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((one, i) => one === b[i]);
