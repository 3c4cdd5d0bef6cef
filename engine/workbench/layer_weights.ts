/** A layer's tensors as floats, and the file's matrices that they are made of. */
import { join, type ModelConfig, type Weights } from "../weights/mod.ts";
import type { LayerWeights } from "./layer_walk.ts";
import type { Tap } from "./walk_graph.ts";

/** The matrices of a layer that read at `tap`, by name and in the order of their rows. */
export function membersOf(tap: Tap, layer: number): readonly string[] {
  const parts = {
    qkv: ["attn_q", "attn_k", "attn_v"],
    attn_output: ["attn_output"],
    gate_up: ["ffn_gate", "ffn_up"],
    ffn_down: ["ffn_down"],
  }[tap];
  return parts.map((part) => `blk.${layer}.${part}.weight`);
}

/** What attention's scores are divided by, taken into q's rows. */
export const queryScale = ({ headDim }: ModelConfig): number => 1 / Math.sqrt(headDim);

/** The layer as `weights` have it. */
export function layerWeights(
  weights: Pick<Weights, "read">,
  config: ModelConfig,
  layer: number,
): LayerWeights {
  const name = (part: string) => `blk.${layer}.${part}`;
  const scale = queryScale(config);
  const matrix = (tap: Tap) => {
    const members = membersOf(tap, layer).map((member) => weights.read(member));
    return concat(tap === "qkv" ? [members[0]!.map((value) => value * scale), ...members.slice(1)] : members);
  };
  const bias = () => {
    const [q, ...kv] = ["q", "k", "v"].map((part) => weights.read(name(`attn_${part}.bias`)));
    return { qkv_bias: concat([q!.map((value) => value * scale), ...kv]) };
  };
  return {
    attn_norm: weights.read(name("attn_norm.weight")),
    ffn_norm: weights.read(name("ffn_norm.weight")),
    qkv: matrix("qkv"),
    attn_output: matrix("attn_output"),
    gate_up: matrix("gate_up"),
    ffn_down: matrix("ffn_down"),
    ...(config.qkvBias ? bias() : {}),
  };
}

/** Arrays one after another. */
export const concat = (parts: readonly Float32Array[]): Float32Array => join(parts, Float32Array);
