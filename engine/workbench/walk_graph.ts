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

/** A step of the walk: to what attention mixes, to the middle after its sum, to the layer's end. */
export type Step = "mixed" | "middle" | "out";

/**
 * A step from `hidden` [1, rows, width] and what the steps before it gave; or, for a tap, what its matrices read [rows, n],
 * as it is ("rows") or added to the statistics that go in.
 */
export function walkGraph(config: ModelConfig, to: Step | Tap, as: "rows" | "sums" = "sums"): Uint8Array {
  const { width, heads, kvHeads, headDim, ffn, epsilon, qkvBias, interleaved } = config;
  const g = new GraphBuilder();
  const given = (name: string, columns = width) => g.input(name, "f32", [1, "R", columns]);
  const normed = (x: string, gain: string) => {
    g.input(gain, "f32", [width]);
    const attributes = { epsilon: { float: epsilon }, axis: -1 };
    return g.node("SimplifiedLayerNormalization", [x, gain], [`${gain}.normed`], attributes);
  };
  /** The product with a matrix [out, in]. */
  const times = (x: string, name: Tap, out: number): string => {
    const weight = g.input(name, "f32", [out, widthOf(name, config)]);
    return g.fused("FusedMatMul", [x, weight], [`${name}.product`], { transB: 1 });
  };
  const end = (x: string, columns = width) => {
    g.node("Identity", [x], [to]);
    g.output(to, "f32", [1, "R", columns]);
    return g.encode(to);
  };
  const tapped = (x: string, tap: Tap) =>
    as === "rows" ? end(x, widthOf(tap, config)) : statistics(g, x, widthOf(tap, config));
  const fed = () => {
    const both = times(normed(given("middle"), "ffn_norm"), "gate_up", 2 * ffn);
    g.node("Split", [both, g.integers("split.gate_up", [ffn, ffn])], ["gate", "up"], { axis: 2 });
    const silu = g.fused("QuickGelu", ["gate"], ["silu"], { alpha: { float: 1 } });
    return g.node("Mul", [silu, "up"], ["fed"]);
  };

  switch (to) {
    case "qkv":
      return tapped(normed(given("hidden"), "attn_norm"), to);
    case "mixed": {
      declareShared(g);
      const half = headDim / 2;
      const rope: Rotary = {
        cos: g.input("cos", "f32", ["positions", half]),
        sin: g.input("sin", "f32", ["positions", half]),
        interleaved,
      };
      let qkv = times(normed(given("hidden"), "attn_norm"), "qkv", (heads + 2 * kvHeads) * headDim);
      if (qkvBias) {
        g.input("qkv_bias", "f32", [(heads + 2 * kvHeads) * headDim]);
        qkv = g.node("Add", [qkv, "qkv_bias"], ["qkv.biased"]);
      }
      return end(attention(g, 0, qkv, { heads, kvHeads, headDim }, rope), heads * headDim);
    }
    case "attn_output":
      return tapped(given("mixed", heads * headDim), to);
    case "middle":
      return end(
        g.node("Add", [given("hidden"), times(given("mixed", heads * headDim), "attn_output", width)], [
          "sum",
        ]),
      );
    case "gate_up":
      return tapped(normed(given("middle"), "ffn_norm"), to);
    case "ffn_down":
      return tapped(fed(), to);
    case "out":
      return end(g.node("Add", ["middle", times(fed(), "ffn_down", width)], ["sum"]));
  }
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
