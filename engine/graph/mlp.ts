/** The gated feed-forward block with SiLU (SwiGLU; Shazeer, 2020). QuickGelu with alpha 1 is SiLU, fused. */
import type { Precision } from "../stack.ts";
import type { GraphBuilder } from "./builder.ts";
import { linear } from "./linear.ts";
import type { Matrix } from "./matrix.ts";

/** Gate and up apart, or one under the other as one product. */
export type Gated = { readonly gate: Matrix; readonly up: Matrix } | { readonly gateUp: Matrix };

/** down(silu(gate(x)) * up(x)); shapes [1, rows, width] to [1, rows, width]. */
export function mlp(
  g: GraphBuilder,
  x: string,
  weights: Gated & { readonly down: Matrix },
  precision: Precision,
  prefix: string,
): string {
  const [gate, up] = [`${prefix}.gate`, `${prefix}.up`];
  if ("gateUp" in weights) {
    const half = weights.gateUp.out / 2;
    const both = linear(g, x, weights.gateUp, precision, `${prefix}.gate_up`);
    g.node("Split", [both, g.integers("split.gate_up", [half, half])], [gate, up], { axis: 2 });
  } else {
    linear(g, x, weights.gate, precision, gate);
    linear(g, x, weights.up, precision, up);
  }
  const silu = g.fused("QuickGelu", [gate], [`${prefix}.silu`], { alpha: { float: 1 } });
  const product = g.node("Mul", [silu, up], [`${prefix}.product`]);
  return linear(g, product, weights.down, precision, `${prefix}.down`);
}
