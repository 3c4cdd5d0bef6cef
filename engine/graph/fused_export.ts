/**
 * The llama architecture as model exporters write it for transformers.js: token ids, an attention mask and every past
 * key and value in, logits and the whole grown cache out, with attention as one fused operator
 * (GroupQueryAttention). Rotation stands outside that operator and the mask goes in as a bias, because inside it takes
 * a first prompt's positions from its first row alone and knows no padding on the left, which batches here have.
 */
import type { Model } from "../stack.ts";
import type { ModelConfig, Weights } from "../weights/mod.ts";
import { rotary } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { embedding } from "./embedding.ts";
import { linear } from "./linear.ts";
import { gain, matrix, project } from "./llama.ts";
import { bands } from "./matrix.ts";
import { mlp } from "./mlp.ts";
import { addNorm, norm } from "./norm.ts";

/** Large enough that exp() is 0. */
const HIDDEN = -1e9;

/** Adds the whole network. Inputs and outputs are named as the transformers.js package expects them. */
export function fusedExport(
  g: GraphBuilder,
  weights: Weights,
  config: ModelConfig,
  precision: Pick<Model["params"], "body" | "head" | "embedding">,
  progress: (done: number) => void = () => {},
): void {
  const { layers, width, heads, kvHeads, headDim, epsilon, vocabulary } = config;
  const { body, head } = precision;
  const table = g.stream("embeddings", "f32", [vocabulary, width], (write) => {
    const { row } = embedding(weights, precision.embedding);
    for (const { values } of bands({ out: vocabulary, in: width, rows: () => row })) write(values);
  });
  const { bias, lengths, total } = inputs(g);
  const rope = rotary(g, config);

  let residual = g.node("Gather", [table, "input_ids"], ["embedded"]);
  let x = norm(g, residual, gain(weights, "blk.0.attn_norm.weight"), epsilon, "norm.0");
  for (let layer = 0; layer < layers; layer++) {
    const block = (name: string) => `blk.${layer}.${name}.weight`;
    const name = (part: string) => `${part}.${layer}`;
    const projected = project(g, weights, config, layer, x, body);
    const [q, kv] = [heads * headDim, kvHeads * headDim];
    g.node("Split", [projected, g.integers("split.qk_v", [q + kv, kv])], [name("qk"), name("v")], {
      axis: 2,
    });
    g.fused("RotaryEmbedding", [name("qk"), "position_ids", rope.cos, rope.sin], [name("rotated")], {
      interleaved: rope.interleaved ? 1 : 0,
      num_heads: heads + kvHeads,
      rotary_embedding_dim: 0,
    });
    g.node("Split", [name("rotated"), g.integers("split.q_k", [q, kv])], [name("q"), name("k")], { axis: 2 });
    const cache = (kind: string, part: string) => `${kind}.${layer}.${part}`;
    const shape = (rows: string) => ["batch_size", kvHeads, rows, headDim] as const;
    const mixed = g.fused(
      "GroupQueryAttention",
      [
        name("q"),
        name("k"),
        name("v"),
        g.input(cache("past_key_values", "key"), "f32", shape("past")),
        g.input(cache("past_key_values", "value"), "f32", shape("past")),
        lengths,
        total,
        "",
        "",
        "",
        bias,
      ],
      [name("mixed"), cache("present", "key"), cache("present", "value")],
      { num_heads: heads, kv_num_heads: kvHeads, scale: { float: 1 / Math.sqrt(headDim) } },
    );
    for (const part of ["key", "value"]) g.output(cache("present", part), "f32", shape("total"));
    const out = linear(g, mixed, matrix(weights, block("attn_output")), body, name("attention_out"));
    const middle = addNorm(g, out, residual, gain(weights, block("ffn_norm")), epsilon, name("middle"));
    const gated = {
      gate: matrix(weights, block("ffn_gate")),
      up: matrix(weights, block("ffn_up")),
      down: matrix(weights, block("ffn_down")),
    };
    const fed = mlp(g, middle.normed, gated, body, name("mlp"));
    const next = layer + 1 < layers ? `blk.${layer + 1}.attn_norm.weight` : "output_norm.weight";
    const end = addNorm(g, fed, middle.sum, gain(weights, next), epsilon, name("end"));
    [x, residual] = [end.normed, end.sum];
    progress((layer + 1) / (layers + 1));
  }
  const kept = g.node("Slice", [x, "first_kept", "past_the_end", "row_axis"], ["kept"]);
  linear(g, kept, matrix(weights, config.tiedHead ? "token_embd.weight" : "output.weight"), head, "logits");
  g.output("logits", "f32", ["batch_size", "kept", vocabulary]);
  progress(1);
}

/** The inputs that all layers share, and what they are turned into once a run. */
function inputs(
  g: GraphBuilder,
): { readonly bias: string; readonly lengths: string; readonly total: string } {
  g.input("input_ids", "i64", ["batch_size", "rows"]);
  g.input("attention_mask", "i64", ["batch_size", "total"]);
  g.input("position_ids", "i64", ["batch_size", "rows"]);
  // The last n rows' logits; all of them where n is 0.
  g.input("num_logits_to_keep", "i64", []);
  g.integers("row_axis", [1]);
  g.integers("past_the_end", [2 ** 31 - 1]);
  g.node("Neg", ["num_logits_to_keep"], ["negated"]);
  g.node("Reshape", ["negated", g.integers("shape.one", [1])], ["first_kept"]);

  const integer = (name: string, value: number) => g.table(name, "i32", [1], () => Int32Array.from([value]));
  g.cast("attention_mask", "f32", "mask");
  g.node("Sub", [g.table("one", "f32", [1], () => Float32Array.from([1])), "mask"], ["hidden"]);
  const weight = g.table("hidden_weight", "f32", [1], () => Float32Array.from([HIDDEN]));
  g.node("Mul", ["hidden", weight], ["bias_row"]);
  g.node("Unsqueeze", ["bias_row", g.integers("bias_axes", [1, 2])], ["bias_4d"]);
  g.node("Shape", ["input_ids"], ["rows_shape"], { start: 1, end: 2 });
  const ones = g.integers("shape.ones", [1, 1]);
  g.node("Concat", [ones, "rows_shape", g.integers("shape.last", [1])], ["bias_shape"], { axis: 0 });
  g.node("Expand", ["bias_4d", "bias_shape"], ["bias"]);

  g.node("Shape", ["attention_mask"], ["batch_shape"], { start: 0, end: 1 });
  g.node("Shape", ["attention_mask"], ["total_shape"], { start: 1, end: 2 });
  g.cast("total_shape", "i32", "total_rows");
  g.node("Sub", ["total_rows", integer("one_less", 1)], ["last_row"]);
  g.node("Expand", ["last_row", "batch_shape"], ["lengths"]);
  g.node("Squeeze", ["total_rows"], ["total"]);
  return { bias: "bias", lengths: "lengths", total: "total" };
}
