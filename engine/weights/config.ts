/** A model's dimensions, read from GGUF metadata. */
import { UserError } from "../engine.ts";
import type { Weights } from "./gguf.ts";

export interface ModelConfig {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ffn: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly ropeBase: number;
  readonly epsilon: number;
  /** Whether the LM head is the embedding table. */
  readonly tiedHead: boolean;
}

/** @throws {UserError} when the architecture is not known or a dimension is missing. */
export function modelConfig(weights: Weights): ModelConfig {
  const { architecture, metadata, path } = weights;
  if (architecture !== "llama") {
    throw new UserError(`Cannot run ${path} as its architecture must be llama: found ${architecture}.`);
  }
  const number = (key: string, otherwise?: number): number => {
    const value = metadata.get(`${architecture}.${key}`) ?? otherwise;
    if (typeof value === "number") return value;
    throw new UserError(`Cannot run ${path} as its metadata must say ${architecture}.${key}: it does not.`);
  };
  const [width, heads] = [number("embedding_length"), number("attention.head_count")];
  return {
    layers: number("block_count"),
    width,
    heads,
    kvHeads: number("attention.head_count_kv", heads),
    headDim: number("rope.dimension_count", width / heads),
    ffn: number("feed_forward_length"),
    vocabulary: weights.shape("token_embd.weight")[0]!,
    context: number("context_length"),
    ropeBase: number("rope.freq_base", 10000),
    epsilon: number("attention.layer_norm_rms_epsilon"),
    tiedHead: !weights.names().includes("output.weight"),
  };
}

/** How the file stored most of its weights, e.g. "Q4_1". */
export function storedAs(weights: Weights): string {
  const counts = new Map<string, number>();
  for (const name of weights.names()) {
    const size = weights.shape(name).reduce((product, n) => product * n, 1);
    counts.set(weights.stored(name), (counts.get(weights.stored(name)) ?? 0) + size);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "nothing";
}
