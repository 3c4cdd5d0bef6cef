/**
 * The end of a model, from the hidden states after its layers to the next token's law, and how far one law is from
 * another: KL(base || other) in nats, over the whole vocabulary.
 */
import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-common";
import type { Runtime } from "../engines/onnx_network.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { ModelConfig, Weights } from "../weights/mod.ts";

/** Log-probabilities [rows, vocabulary], held by the runtime's own tensor. */
export interface Laws {
  readonly rows: number;
  readonly logProbs: Float32Array;
}

export class Head implements AsyncDisposable {
  readonly #session: Promise<InferenceSession>;
  readonly #gain: Float32Array;
  readonly #weight: Float32Array;

  constructor(
    private readonly runtime: Runtime,
    threads: number,
    private readonly config: ModelConfig,
    weights: Weights,
  ) {
    this.#gain = weights.read("output_norm.weight");
    this.#weight = weights.read(config.tiedHead ? "token_embd.weight" : "output.weight");
    this.#session = runtime.InferenceSession.create(graph(config), { intraOpNumThreads: threads });
  }

  /** Of rows of hidden states, [rows x width]. */
  async laws(hidden: Float32Array): Promise<Laws> {
    const rows = hidden.length / this.config.width;
    const { laws } = await (await this.#session).run({
      ...this.#feeds(hidden, rows),
      base: this.#tensor(new Float32Array(this.config.vocabulary), [1, this.config.vocabulary]),
    }, ["laws"]);
    return { rows, logProbs: (laws as TypedTensor<"float32">).data as Float32Array };
  }

  /** Mean KL in nats of the law after `hidden` from `base`, row by row. */
  async divergence(base: Laws, hidden: Float32Array): Promise<number> {
    const { divergence } = await (await this.#session).run({
      ...this.#feeds(hidden, base.rows),
      base: this.#tensor(base.logProbs, [base.rows, this.config.vocabulary]),
    }, ["divergence"]);
    return (divergence as TypedTensor<"float32">).data[0]! / base.rows;
  }

  #feeds(hidden: Float32Array, rows: number): Record<string, Tensor> {
    const { width, vocabulary } = this.config;
    return {
      hidden: this.#tensor(hidden, [rows, width]),
      gain: this.#tensor(this.#gain, [width]),
      weight: this.#tensor(this.#weight, [vocabulary, width]),
    };
  }

  #tensor(data: Float32Array, dims: readonly number[]): Tensor {
    return new this.runtime.Tensor("float32", data, dims);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#session).release();
  }
}

function graph({ width, vocabulary, epsilon }: ModelConfig): Uint8Array {
  const g = new GraphBuilder();
  g.input("hidden", "f32", ["rows", width]);
  g.input("gain", "f32", [width]);
  g.input("weight", "f32", [vocabulary, width]);
  g.input("base", "f32", ["base_rows", vocabulary]);
  g.node("SimplifiedLayerNormalization", ["hidden", "gain"], ["normed"], {
    epsilon: { float: epsilon },
    axis: -1,
  });
  g.fused("FusedMatMul", ["normed", "weight"], ["logits"], { transB: 1 });
  g.node("LogSoftmax", ["logits"], ["laws"], { axis: -1 });
  g.node("Sub", ["base", "laws"], ["difference"]);
  g.node("Exp", ["base"], ["chance"]);
  g.node("Mul", ["chance", "difference"], ["parts"]);
  g.node("ReduceSum", ["parts"], ["divergence"], { keepdims: 0 });
  g.output("laws", "f32", ["rows", vocabulary]);
  g.output("divergence", "f32", []);
  return g.encode("head");
}
