/**
 * One layer of the llama architecture as a graph whose weights are inputs, so that one graph serves every layer, and
 * what a quantizer asks of the activations is summed where they are. Tokens of one text see those before them.
 */
import { attention, declareShared, type Rotary } from "../graph/attention.ts";
import { GraphBuilder } from "../graph/builder.ts";
import type { ModelConfig } from "../weights/mod.ts";

/** The matrices of a layer by what they read; those that read the same are one. */
export const TAPS = ["qkv", "attn_output", "gate_up", "ffn_down"] as const;
export type Tap = (typeof TAPS)[number];

/** How many inputs the matrix of a tap has. */
export function widthOf(tap: Tap, { width, heads, headDim, ffn }: ModelConfig): number {
  return { qkv: width, attn_output: heads * headDim, gate_up: width, ffn_down: ffn }[tap];
}

/**
 * The layer up to `tap`, with its input's statistics added to those that go in; without a tap the whole layer, from
 * `hidden` [1, rows, width] to `out`.
 */
export function walkGraph(config: ModelConfig, tap?: Tap): Uint8Array {
  const { width, heads, kvHeads, headDim, ffn, epsilon, qkvBias, interleaved } = config;
  const g = new GraphBuilder();
  const normed = (x: string, gain: string) => {
    g.input(gain, "f32", [width]);
    const attributes = { epsilon: { float: epsilon }, axis: -1 };
    return g.node("SimplifiedLayerNormalization", [x, gain], [`${gain}.normed`], attributes);
  };
  /** The product with a matrix [out, in], unless the walk ends before it. */
  const times = (x: string, name: Tap, out: number, of = 1): string => {
    const weight = g.input(name, "f32", [out * of, widthOf(name, config)]);
    return g.fused("FusedMatMul", [x, weight], [`${name}.product`], { transB: 1 });
  };
  const end = (x: string) => statistics(g, x, widthOf(tap!, config));

  g.input("hidden", "f32", [1, "R", width]);
  const x = normed("hidden", "attn_norm");
  if (tap === "qkv") return end(x);
  declareShared(g);
  const half = headDim / 2;
  const rope: Rotary = {
    cos: g.input("cos", "f32", ["positions", half]),
    sin: g.input("sin", "f32", ["positions", half]),
    interleaved,
  };
  let qkv = times(x, "qkv", (heads + 2 * kvHeads) * headDim);
  if (qkvBias) {
    g.input("qkv_bias", "f32", [(heads + 2 * kvHeads) * headDim]);
    qkv = g.node("Add", [qkv, "qkv_bias"], ["qkv.biased"]);
  }
  const mixed = attention(g, 0, qkv, { heads, kvHeads, headDim }, rope);
  if (tap === "attn_output") return end(mixed);
  const middle = g.node("Add", ["hidden", times(mixed, "attn_output", width)], ["middle"]);
  const y = normed(middle, "ffn_norm");
  if (tap === "gate_up") return end(y);
  const both = times(y, "gate_up", 2 * ffn);
  g.node("Split", [both, g.integers("split.gate_up", [ffn, ffn])], ["gate", "up"], { axis: 2 });
  const silu = g.fused("QuickGelu", ["gate"], ["silu"], { alpha: { float: 1 } });
  const product = g.node("Mul", [silu, "up"], ["fed"]);
  if (tap === "ffn_down") return end(product);
  g.node("Add", [middle, times(product, "ffn_down", width)], ["out"]);
  g.output("out", "f32", [1, "R", width]);
  return g.encode("layer");
}

/** Sums of x [1, rows, n] over its rows: x^T x, |x|, and the largest |x|. */
function statistics(g: GraphBuilder, x: string, n: number): Uint8Array {
  const flat = g.node("Reshape", [x, g.integers("shape.flat", [-1, n])], ["flat"]);
  g.input("gram_before", "f32", [n, n]);
  g.node("Gemm", [flat, flat, "gram_before"], ["gram"], { transA: 1 });
  const size = g.node("Abs", [flat], ["size"]);
  const rows = g.integers("axis.rows", [0]);
  g.node("ReduceSum", [size, rows], ["sum"], { keepdims: 0 });
  g.node("ReduceMax", [size, rows], ["most"], { keepdims: 0 });
  g.output("gram", "f32", [n, n]);
  g.output("sum", "f32", [n]);
  g.output("most", "f32", [n]);
  return g.encode("statistics");
}
