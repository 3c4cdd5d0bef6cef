/** Root-mean-square norms (Zhang and Sennrich, 2019), fused with the residual sum where there is one. */
import type { GraphBuilder } from "./builder.ts";

/** A norm's gain, [width]. */
export interface Gain {
  readonly name: string;
  readonly width: number;
  read(): Float32Array;
}

/** y = x / rms(x) * gain. Shapes [..., width]. */
export function norm(g: GraphBuilder, x: string, gain: Gain, epsilon: number, output: string): string {
  const w = g.constant(gain.name, "f32", [gain.width], () => gain.read());
  return g.node("SimplifiedLayerNormalization", [x, w], [output], { epsilon: { float: epsilon }, axis: -1 });
}

/** sum = x + residual, normed = norm(sum); both are returned because the residual stream goes on from the sum. */
export function addNorm(
  g: GraphBuilder,
  x: string,
  residual: string,
  gain: Gain,
  epsilon: number,
  output: string,
): { readonly normed: string; readonly sum: string } {
  const w = g.constant(gain.name, "f32", [gain.width], () => gain.read());
  const sum = `${output}.sum`;
  g.fused("SkipSimplifiedLayerNormalization", [residual, x, w], [output, "", "", sum], {
    epsilon: { float: epsilon },
  });
  return { normed: output, sum };
}
