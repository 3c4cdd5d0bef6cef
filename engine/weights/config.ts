/** A model's dimensions, and whether its tensors have them. */
import { UserError } from "../engine.ts";
import { countOf, type Weights } from "./weights.ts";

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

/**
 * The dimensions that the graph is built by.
 * @throws {UserError} when the architecture is not known, or a dimension or tensor is missing or does not fit.
 */
export function modelConfig(weights: Weights): ModelConfig {
  const config = weights.dimensions();
  checkTensors(weights, config);
  return config;
}

/** A tensor that the graph would pass over makes another model of it, so that every one must be known. */
function checkTensors(weights: Weights, config: ModelConfig): void {
  const { path } = weights;
  const { heads, kvHeads, headDim } = config;
  if (heads % kvHeads !== 0 || headDim % 2 !== 0) {
    throw new UserError(
      `Cannot run ${path} as its heads must be a multiple of its K/V heads, of even width: ` +
        `found ${heads}, ${kvHeads} and ${headDim}.`,
    );
  }
  const expected = new Map(shapesOf(config));
  const unknown = weights.names().find((name) => !expected.has(name));
  if (unknown !== undefined) {
    throw new UserError(
      `Cannot run ${path} as each of its tensors must be known: found ${weights.called(unknown)}.`,
    );
  }
  for (const [name, shape] of expected) {
    const found = weights.shape(name);
    if (found.join() === shape.join()) continue;
    throw new UserError(
      `Cannot run ${path} as tensor ${weights.called(name)} must be ${shape.join(" x ")}: found ${
        found.join(" x ")
      }.`,
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
    counts.set(weights.stored(name), (counts.get(weights.stored(name)) ?? 0) + countOf(weights, name));
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "nothing";
}
