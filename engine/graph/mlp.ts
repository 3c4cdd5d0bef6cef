/** The gated feed-forward block with SiLU (SwiGLU; Shazeer, 2020). QuickGelu with alpha 1 is SiLU, fused. */
import type { Precision } from "../stack.ts";
import type { GraphBuilder } from "./builder.ts";
import { linear, type Matrix } from "./linear.ts";

/** down(silu(gate(x)) * up(x)); shapes [..., width] to [..., width]. */
export function mlp(
  g: GraphBuilder,
  x: string,
  weights: { readonly gate: Matrix; readonly up: Matrix; readonly down: Matrix },
  precision: Precision,
  prefix: string,
): string {
  const gate = linear(g, x, weights.gate, precision, `${prefix}.gate`);
  const up = linear(g, x, weights.up, precision, `${prefix}.up`);
  const silu = g.fused("QuickGelu", [gate], [`${prefix}.silu`], { alpha: { float: 1 } });
  const product = g.node("Mul", [silu, up], [`${prefix}.product`]);
  return linear(g, product, weights.down, precision, `${prefix}.down`);
}
