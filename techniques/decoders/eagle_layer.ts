/**
 * The drafting layer of EAGLE (Li et al., ICML 2024): what the LM head reads of a token, and the embedding of the token
 * after it, are mapped to one hidden state, from which one llama layer predicts what the LM head reads of that token.
 * The same nodes are trained, their weights being inputs, and draft, their weights being constants of eight bits.
 */
import { floats, type GraphBuilder, type ModelConfig, type Tensor } from "../../engine/mod.ts";

/** The dimensions that a drafting layer shares with its target. */
export type LayerShape = Pick<
  ModelConfig,
  "width" | "heads" | "kvHeads" | "headDim" | "ffn" | "epsilon" | "interleaved" | "ropeBase"
>;

/** The parameters by name, with their shapes; matrices are [out, in], q's rows scaled by 1 / sqrt(headDim). */
export const shapes = ({ width, heads, kvHeads, headDim, ffn }: LayerShape) => ({
  feature: [width, width],
  embedding: [width, width],
  attn_norm: [width],
  qkv: [(heads + 2 * kvHeads) * headDim, width],
  attn_output: [width, heads * headDim],
  ffn_norm: [width],
  gate_up: [2 * ffn, width],
  ffn_down: [width, ffn],
} as const);

export type Parameter = keyof ReturnType<typeof shapes>;

/** How a graph comes to the layer's weights. */
export interface LayerWeights {
  /** Adds x w^T. */
  times(x: string, name: Parameter): string;
  /** The name of a norm's gain in the graph. */
  gain(name: Parameter): string;
}

/** Weights that are inputs by their names. */
export function given(g: GraphBuilder, shape: LayerShape): LayerWeights {
  const add = (name: Parameter) => g.input(name, "f32", shapes(shape)[name]);
  return {
    times: (x, name) => g.fused("FusedMatMul", [x, add(name)], [`${name}.product`], { transB: 1 }),
    gain: add,
  };
}

/**
 * Adds the layer over R rows, s of each of b sequences: inputs f and e [R, width] (see `unitRows`), positions [b, s], cos and sin
 * [positions, headDim / 2], by_head (b, s, heads + 2 kvHeads, headDim) and mask [b or 1, 1, heads / kvHeads x s, T]; with
 * a past also past_k and past_v [b, kvHeads, P, headDim], T being P + s. Returns what is predicted, [R, width].
 */
export function layer(g: GraphBuilder, shape: LayerShape, weights: LayerWeights, past: boolean): string {
  const { width, heads, kvHeads, headDim, ffn, epsilon } = shape;
  for (const name of ["f", "e"]) g.input(name, "f32", ["R", width]);
  g.input("positions", "i64", ["b", "s"]);
  for (const name of ["cos", "sin"]) g.input(name, "f32", ["positions", headDim / 2]);
  g.input("by_head", "i64", [4]);
  g.input("mask", "f32", ["masks", 1, "r", "T"]);
  const { times } = weights;
  const norm = (x: string, name: "attn_norm" | "ffn_norm") =>
    g.node("SimplifiedLayerNormalization", [x, weights.gain(name)], [`${name}.normed`, `${name}.inverse`], {
      epsilon: { float: epsilon },
      axis: -1,
    });
  const add = (a: string, b: string, sum: string) => g.node("Add", [a, b], [sum]);

  const x = add(times("f", "feature"), times("e", "embedding"), "x");
  const projected = times(norm(x, "attn_norm"), "qkv");
  g.node("Reshape", [projected, "by_head"], ["heads"]);
  g.node("Transpose", ["heads"], ["by_head.rows"], { perm: [0, 2, 1, 3] });
  g.node("Split", ["by_head.rows", split(g, heads + kvHeads, kvHeads)], ["qk", "v"], { axis: 1 });
  rotated(g, "qk", "sin", shape);
  g.node("Split", ["qk.rotated", split(g, heads, kvHeads)], ["q", "k"], { axis: 1 });
  // Heads that share K and V are one product.
  const query = g.node("Reshape", ["q", g.integers("grouped", [0, kvHeads, -1, headDim])], ["query"]);
  const seen = (name: "k" | "v") => {
    if (!past) return name;
    const before = g.input(`past_${name}`, "f32", ["b", kvHeads, "P", headDim]);
    return g.node("Concat", [before, name], [`${name}.seen`], { axis: 2 });
  };
  const [keys, values] = [seen("k"), seen("v")];
  g.fused("FusedMatMul", [query, keys], ["scores"], { transB: 1 });
  g.node("Softmax", [add("scores", "mask", "masked")], ["weights"], { axis: -1 });
  g.node("MatMul", ["weights", values], ["mixed"]);
  g.node("Reshape", ["mixed", g.integers("apart", [0, heads, -1, headDim])], ["mixed.heads"]);
  g.node("Transpose", ["mixed.heads"], ["mixed.by_row"], { perm: [0, 2, 1, 3] });
  g.node("Reshape", ["mixed.by_row", g.integers("joined", [-1, heads * headDim])], ["mixed.rows"]);

  const y = add(x, times("mixed.rows", "attn_output"), "y");
  g.node("Split", [times(norm(y, "ffn_norm"), "gate_up"), split(g, ffn, ffn)], ["gate", "up"], {
    axis: 1,
  });
  g.node("Sigmoid", ["gate"], ["gate.sigmoid"]);
  g.node("Mul", ["gate", "gate.sigmoid"], ["silu"]);
  const fed = g.node("Mul", ["silu", "up"], ["fed"]);
  return add(y, times(fed, "ffn_down"), "z");
}

/** q and k, together or their gradients, turned by their positions; by the sines negated it is undone. */
export function rotated(g: GraphBuilder, x: string, sin: string, { interleaved }: LayerShape): string {
  return g.fused("RotaryEmbedding", [x, "positions", "cos", sin], [`${x}.rotated`], {
    interleaved: interleaved ? 1 : 0,
  });
}

/** Sizes of a split as a constant. */
export function split(g: GraphBuilder, ...sizes: number[]): string {
  return g.integers(`split.${sizes.join("_")}`, sizes);
}

/** Cosines and sines of the rotary embedding (Su et al., 2021) at some positions, each [positions, headDim / 2]. */
export function rotaryRows(
  at: ArrayLike<number>,
  { headDim, ropeBase }: Pick<LayerShape, "headDim" | "ropeBase">,
): Readonly<Record<"cos" | "sin", Tensor>> {
  const half = headDim / 2;
  const table = (name: "cos" | "sin") =>
    floats(
      [at.length, half],
      Float32Array.from(
        { length: at.length * half },
        (_, i) => Math[name](at[Math.floor(i / half)]! * ropeBase ** (-2 * (i % half) / headDim)),
      ),
    );
  return { cos: table("cos"), sin: table("sin") };
}

/** Rows [rows x width] with a mean square of 1, as features and embeddings go in. */
export function unitRows(values: Float32Array, width: number): Float32Array {
  const unit = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += width) {
    let sum = 0;
    for (let i = at; i < at + width; i++) sum += values[i]! ** 2;
    const scale = 1 / Math.sqrt(sum / width + 1e-12);
    for (let i = at; i < at + width; i++) unit[i] = values[i]! * scale;
  }
  return unit;
}
