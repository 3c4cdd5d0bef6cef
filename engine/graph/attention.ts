/**
 * Grouped-query attention (Ainslie et al., 2023) split in two, so that no K/V is copied or returned: scores over the
 * past (as it lies in the caller's memory) and over the new rows are two products, joined, masked, normalised and
 * split again for the two value products. One row a sequence is multiplied head by head, because the runtime then
 * streams K and V as they lie; with more rows the heads that share a K/V head are one product. The mask is an input,
 * so ragged batches and draft trees need no other graph. ONNX Runtime's GroupQueryAttention refuses a batch with
 * several new rows over a past.
 */
import type { ModelConfig } from "../weights/mod.ts";
import type { GraphBuilder } from "./builder.ts";

export interface AttentionShape {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Names of the inputs that every layer shares; see llama.ts for their shapes. */
export const SHARED = {
  positions: "positions",
  mask: "mask",
  headsShape: "heads_shape",
  kvShape: "kv_shape",
  productShape: "product_shape",
  groupShape: "group_shape",
  split: "split",
} as const;

/** Declares the shared inputs. R rows are b sequences of s rows each; P is the padded length of the past. */
export function declareShared(g: GraphBuilder): void {
  g.input(SHARED.positions, "i64", ["b", "s"]);
  g.input(SHARED.mask, "f32", ["b", 1, 1, "r", "T"]);
  g.input(SHARED.headsShape, "i64", [4]);
  g.input(SHARED.kvShape, "i64", [5]);
  g.input(SHARED.productShape, "i64", [5]);
  g.input(SHARED.groupShape, "i64", [5]);
  g.input(SHARED.split, "i64", [2]);
}

/**
 * Adds one layer's attention over q (scaled by 1 / sqrt(headDim)), k and v, [1, R, (heads + 2 kvHeads) x headDim]
 * together; q and k are rotated here. Inputs past_k.L and past_v.L are [b, kvHeads, 1, P, headDim]; k.L and v.L
 * are the new rows, [b, kvHeads, s, headDim].
 */
export function attention(
  g: GraphBuilder,
  layer: number,
  qkv: string,
  shape: AttentionShape,
  rope: Rotary,
): string {
  const { heads, kvHeads, headDim } = shape;
  const name = (part: string) => `attention.${layer}.${part}`;
  const [k, v] = [`k.${layer}`, `v.${layer}`];

  g.node("Reshape", [qkv, SHARED.headsShape], [name("heads")]);
  g.node("Transpose", [name("heads")], [name("by_head")], { perm: [0, 2, 1, 3] });
  const of = (...counts: number[]) => g.integers(`split.${counts.join("_")}`, counts);
  g.node("Split", [name("by_head"), of(heads + kvHeads, kvHeads)], [name("qk"), v], { axis: 1 });
  g.fused("RotaryEmbedding", [name("qk"), SHARED.positions, rope.cos, rope.sin], [name("rotated")], {
    interleaved: rope.interleaved ? 1 : 0,
  });
  g.node("Split", [name("rotated"), of(heads, kvHeads)], [name("q"), k], { axis: 1 });

  g.node("Reshape", [name("q"), SHARED.productShape], [name("query")]);
  g.node("Reshape", [k, SHARED.kvShape], [name("key")]);
  g.node("Reshape", [v, SHARED.kvShape], [name("value")]);
  const pastK = g.input(`past_k.${layer}`, "f32", ["b", kvHeads, 1, "P", headDim]);
  const pastV = g.input(`past_v.${layer}`, "f32", ["b", kvHeads, 1, "P", headDim]);

  g.fused("FusedMatMul", [name("query"), pastK], [name("past_scores")], { transB: 1 });
  g.fused("FusedMatMul", [name("query"), name("key")], [name("new_scores")], { transB: 1 });
  g.node("Concat", [name("past_scores"), name("new_scores")], [name("scores")], { axis: 4 });
  g.node("Add", [name("scores"), SHARED.mask], [name("masked")]);
  g.node("Softmax", [name("masked")], [name("weights")], { axis: -1 });
  g.node("Split", [name("weights"), SHARED.split], [name("past_weights"), name("new_weights")], { axis: 4 });
  g.node("MatMul", [name("past_weights"), pastV], [name("past_out")]);
  g.node("MatMul", [name("new_weights"), name("value")], [name("new_out")]);
  g.node("Add", [name("past_out"), name("new_out")], [name("out")]);

  g.node("Reshape", [name("out"), SHARED.groupShape], [name("out5")]);
  g.node("Transpose", [name("out5")], [name("rows")], { perm: [0, 3, 1, 2, 4] });
  return g.node("Reshape", [name("rows"), g.integers("shape.joined", [1, -1, heads * headDim])], [
    name("joined"),
  ]);
}

/** The rotary embedding's tables by name, and how its pairs lie. */
export interface Rotary {
  readonly cos: string;
  readonly sin: string;
  readonly interleaved: boolean;
}

/** Adds the tables of the rotary embedding, each [context, headDim / 2]. */
export function rotary(g: GraphBuilder, config: ModelConfig): Rotary {
  const { context, headDim, interleaved } = config;
  const table = (name: "cos" | "sin") =>
    g.table(`rope.${name}`, "f32", [context, headDim / 2], () => rotaryTable(name, context, config));
  return { cos: table("cos"), sin: table("sin"), interleaved };
}

/** Cosines or sines of the rotary embedding (Su et al., 2021) at the first `rows` positions, [rows, headDim / 2]. */
export function rotaryTable(
  name: "cos" | "sin",
  rows: number,
  { headDim, ropeBase }: ModelConfig,
): Float32Array {
  const half = headDim / 2;
  return Float32Array.from(
    { length: rows * half },
    (_, at) => Math[name](Math.floor(at / half) * ropeBase ** (-2 * (at % half) / headDim)),
  );
}
