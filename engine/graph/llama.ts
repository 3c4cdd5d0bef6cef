/**
 * The llama architecture (Touvron et al., 2023) as one ONNX graph over rows: R rows of embeddings in, logits for the
 * chosen rows and the new K/V rows out. Embeddings are looked up by the caller, so the table is held once, as stored.
 *
 * Inputs: embeddings [1, R, width], chosen [n] (row numbers), attention.ts's shared inputs, past_k.L and past_v.L
 * [b, kvHeads, 1, P, headDim]. Outputs: logits [1, n, vocabulary], kv [b, s, layers x 2 x kvHeads, headDim], and
 * features [1, R, width], which the head reads.
 */
import type { Precision } from "../stack.ts";
import { type Held, join, type ModelConfig, type Packed, type Weights } from "../weights/mod.ts";
import { attention, declareShared, rotary } from "./attention.ts";
import type { GraphBuilder } from "./builder.ts";
import { linear } from "./linear.ts";
import type { Matrix } from "./matrix.ts";
import { mlp } from "./mlp.ts";
import { addNorm, type Gain, norm } from "./norm.ts";

/** Adds the whole network to the builder. `progress` is told the share of layers written. */
export function llama(
  g: GraphBuilder,
  weights: Weights,
  config: ModelConfig,
  precision: { readonly body: Precision; readonly head: Precision },
  progress: (done: number) => void = () => {},
): void {
  const { layers, width, heads, kvHeads, headDim, epsilon } = config;
  const rope = rotary(g, config);
  g.input("embeddings", "f32", [1, "R", width]);
  g.input("chosen", "i64", ["n"]);
  declareShared(g);

  const { body, head } = precision;
  let residual = "embeddings";
  let x = norm(g, residual, gain(weights, "blk.0.attn_norm.weight"), epsilon, "norm.0");
  for (let layer = 0; layer < layers; layer++) {
    const block = (name: string) => `blk.${layer}.${name}.weight`;
    const projected = project(g, weights, config, layer, x, body, 1 / Math.sqrt(headDim));
    const mixed = attention(g, layer, projected, { heads, kvHeads, headDim }, rope);
    const out = linear(g, mixed, matrix(weights, block("attn_output")), body, `attention_out.${layer}`);
    const middle = addNorm(g, out, residual, gain(weights, block("ffn_norm")), epsilon, `middle.${layer}`);
    const fed = mlp(
      g,
      middle.normed,
      {
        gateUp: stacked(weights, `blk.${layer}.gate_up`, [block("ffn_gate"), block("ffn_up")]),
        down: matrix(weights, block("ffn_down")),
      },
      body,
      `mlp.${layer}`,
    );
    const last = layer + 1 === layers;
    const next = last ? "output_norm.weight" : `blk.${layer + 1}.attn_norm.weight`;
    ({ normed: x, sum: residual } = addNorm(
      g,
      fed,
      middle.sum,
      gain(weights, next),
      epsilon,
      last ? "features" : `end.${layer}`,
    ));
    progress((layer + 1) / (layers + 1));
  }
  const rows = Array.from({ length: layers }, (_, layer) => [`k.${layer}`, `v.${layer}`]).flat();
  g.node("Concat", rows, ["kv_by_head"], { axis: 1 });
  g.node("Transpose", ["kv_by_head"], ["kv"], { perm: [0, 2, 1, 3] });
  g.output("kv", "f32", ["b", "s", layers * 2 * kvHeads, headDim]);
  g.output("features", "f32", [1, "R", width]);
  g.node("Gather", ["features", "chosen"], ["chosen_rows"], { axis: 1 });
  const headName = config.tiedHead ? "token_embd.weight" : "output.weight";
  linear(g, "chosen_rows", matrix(weights, headName), head, "logits");
  g.output("logits", "f32", [1, "n", config.vocabulary]);
  progress(1);
}

/** Adds one layer's projections of x to q (scaled), k and v as one product; returns its output's name. */
export function project(
  g: GraphBuilder,
  weights: Weights,
  { qkvBias, heads, kvHeads, headDim }: ModelConfig,
  layer: number,
  x: string,
  precision: Precision,
  scale = 1,
): string {
  const names = (kind: string) => ["q", "k", "v"].map((part) => `blk.${layer}.attn_${part}.${kind}`);
  const scales = [scale, 1, 1];
  const qkv = stacked(weights, `blk.${layer}.qkv`, names("weight"), scales);
  const product = linear(g, x, qkv, precision, `qkv.${layer}`);
  if (!qkvBias) return product;
  const bias = g.constant(
    `blk.${layer}.qkv.bias`,
    "f32",
    [(heads + 2 * kvHeads) * headDim],
    () => joined(weights, names("bias"), scales),
  );
  return g.node("Add", [product, bias], [`qkv_biased.${layer}`]);
}

/** A weight matrix by its name in the file. */
export function matrix(weights: Weights, name: string): Matrix {
  const [out, width] = weights.shape(name) as [number, number];
  const held = weights.held?.(name);
  const parts = [{ called: weights.called(name), rows: out }];
  return { name, out, in: width, rows: () => weights.rows(name), parts, ...(held && { held }) };
}

/** Several matrices with the same input, one under the other, so that they cost one product. */
export function stacked(
  weights: Weights,
  name: string,
  members: readonly string[],
  scales: readonly number[] = [],
): Matrix {
  const shapes = members.map((member) => weights.shape(member) as [number, number]);
  const out = shapes.reduce((sum, [rows]) => sum + rows, 0);
  const width = shapes[0]![1];
  const held = stackedHeld(members.map((member) => weights.held?.(member)), scales, name);
  return {
    name,
    out,
    in: width,
    rows: () => stackedRows(weights, members, shapes, scales),
    parts: members.map((member, i) => ({ called: weights.called(member), rows: shapes[i]![0] })),
    ...(held && { held }),
  };
}

/** The members' integers, one under the other. @throws where some members are integers and others not, or unlike ones. */
function stackedHeld(
  members: readonly (Held | undefined)[],
  scales: readonly number[],
  name: string,
): Held | undefined {
  const [first] = members;
  if (new Set(members.map((member) => JSON.stringify(member?.precision))).size > 1) {
    throw new Error(`The matrices of ${name} share a product and must be held alike`);
  }
  if (first === undefined) return undefined;
  const read = (): Packed => {
    const all = members.map((member, i) => {
      const packed = member!.read();
      const scale = scales[i] ?? 1;
      return { ...packed, scales: scale === 1 ? packed.scales : packed.scales.map((value) => value * scale) };
    });
    const zeros = first.precision.symmetric ? undefined : join(all.map(({ zeros }) => zeros!), Uint8Array);
    return {
      values: join(all.map(({ values }) => values), Uint8Array),
      scales: join(all.map(({ scales }) => scales), Float32Array),
      ...(zeros && { zeros }),
    };
  };
  return { precision: first.precision, read };
}

function stackedRows(
  weights: Weights,
  members: readonly string[],
  shapes: readonly (readonly [number, number])[],
  scales: readonly number[],
): ReturnType<Matrix["rows"]> {
  const writers = members.map((member) => weights.rows(member));
  return (row, into, offset) => {
    let member = 0;
    while (row >= shapes[member]![0]) row -= shapes[member++]![0];
    writers[member]!(row, into, offset);
    const scale = scales[member] ?? 1;
    if (scale === 1) return;
    for (let i = offset; i < offset + shapes[member]![1]; i++) into[i]! *= scale;
  };
}

/** Vectors one after another, each times its scale (1 where absent). */
function joined(weights: Weights, members: readonly string[], scales: readonly number[]): Float32Array {
  const parts = members.map((member, i) => {
    const [values, scale = 1] = [weights.read(member), scales[i]];
    return scale === 1 ? values : values.map((value) => value * scale);
  });
  return join(parts, Float32Array);
}

/** A norm's gain by its name in the file. */
export function gain(weights: Weights, name: string): Gain {
  return { name, width: weights.shape(name)[0]!, read: () => weights.read(name) };
}
