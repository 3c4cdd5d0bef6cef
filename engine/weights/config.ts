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
  /** Whether a head's rotary pairs are neighbours, or a half of the head apart. */
  readonly interleaved: boolean;
  /** Whether the projections to q, k and v add a bias. */
  readonly qkvBias: boolean;
}

/** What tells apart the architectures that share the graph; llama.cpp's converter stores llama's pairs as neighbours. */
const ARCHITECTURES: Readonly<Record<string, Pick<ModelConfig, "interleaved" | "qkvBias">>> = {
  llama: { interleaved: true, qkvBias: false },
  qwen2: { interleaved: false, qkvBias: true },
};

/** More of anything than any model has, and little enough to be held. */
const MOST = 2 ** 20;

/** @throws {UserError} when the architecture is not known, or a dimension or tensor is missing or does not fit. */
export function modelConfig(weights: Weights): ModelConfig {
  const { architecture, metadata, path } = weights;
  const family = Object.hasOwn(ARCHITECTURES, architecture) ? ARCHITECTURES[architecture] : undefined;
  if (!family) {
    throw new UserError(
      `Cannot run ${path} as its architecture must be ${
        Object.keys(ARCHITECTURES).join(" or ")
      }: found ${architecture}.`,
    );
  }
  const number = (key: string, otherwise?: number): number => {
    const value = metadata.get(`${architecture}.${key}`) ?? otherwise;
    if (typeof value === "number" && value > 0) return value;
    throw new UserError(
      `Cannot run ${path} as its metadata must say ${architecture}.${key}, above 0: found ${value}.`,
    );
  };
  const size = (key: string, otherwise?: number): number => {
    const value = number(key, otherwise);
    if (Number.isInteger(value) && value <= MOST) return value;
    throw new UserError(
      `Cannot run ${path} as ${architecture}.${key} must be a whole number of at most ${MOST}: found ${value}.`,
    );
  };
  const [width, heads] = [size("embedding_length"), size("attention.head_count")];
  const config = {
    layers: size("block_count"),
    width,
    heads,
    kvHeads: size("attention.head_count_kv", heads),
    headDim: size("rope.dimension_count", width / heads),
    ffn: size("feed_forward_length"),
    vocabulary: weights.shape("token_embd.weight")[0]!,
    context: size("context_length"),
    ropeBase: number("rope.freq_base", 10000),
    epsilon: number("attention.layer_norm_rms_epsilon"),
    tiedHead: !weights.names().includes("output.weight"),
    ...family,
  };
  checkTensors(weights, config);
  return config;
}

/** A tensor that the graph would pass over makes another model of it, so that every one must be known. */
function checkTensors(weights: Weights, config: ModelConfig): void {
  const { path, metadata, architecture } = weights;
  const { heads, kvHeads, headDim } = config;
  if (heads % kvHeads !== 0 || headDim % 2 !== 0) {
    throw new UserError(
      `Cannot run ${path} as its heads must be a multiple of its K/V heads, of even width: ` +
        `found ${heads}, ${kvHeads} and ${headDim}.`,
    );
  }
  const scaling = metadata.get(`${architecture}.rope.scaling.type`) ?? "none";
  if (scaling !== "none") {
    throw new UserError(`Cannot run ${path} as its positions must not be scaled: found ${scaling}.`);
  }
  const expected = new Map(shapesOf(config));
  const unknown = weights.names().find((name) => !expected.has(name));
  if (unknown !== undefined) {
    throw new UserError(`Cannot run ${path} as each of its tensors must be known: found ${unknown}.`);
  }
  for (const [name, shape] of expected) {
    const found = weights.shape(name);
    if (found.join() === shape.join()) continue;
    throw new UserError(
      `Cannot run ${path} as tensor ${name} must be ${shape.join(" x ")}: found ${found.join(" x ")}.`,
    );
  }
}

function* shapesOf(config: ModelConfig): Iterable<readonly [string, readonly number[]]> {
  const { layers, width, heads, kvHeads, headDim, ffn, vocabulary, tiedHead, qkvBias } = config;
  yield ["token_embd.weight", [vocabulary, width]];
  yield ["output_norm.weight", [width]];
  if (!tiedHead) yield ["output.weight", [vocabulary, width]];
  for (let layer = 0; layer < layers; layer++) {
    const tensor = (name: string, ...shape: number[]) => [`blk.${layer}.${name}.weight`, shape] as const;
    yield tensor("attn_norm", width);
    yield tensor("attn_q", heads * headDim, width);
    yield tensor("attn_k", kvHeads * headDim, width);
    yield tensor("attn_v", kvHeads * headDim, width);
    for (const [name, count] of [["q", heads], ["k", kvHeads], ["v", kvHeads]] as const) {
      if (qkvBias) yield [`blk.${layer}.attn_${name}.bias`, [count * headDim]];
    }
    yield tensor("attn_output", width, heads * headDim);
    yield tensor("ffn_norm", width);
    yield tensor("ffn_gate", ffn, width);
    yield tensor("ffn_up", ffn, width);
    yield tensor("ffn_down", width, ffn);
  }
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
