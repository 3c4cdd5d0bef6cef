/**
 * Scales of a matrix's input channels, folded into what feeds them so that nothing changes before rounding: columns
 * times s, and a norm's gain, or the rows of an earlier matrix, divided by s (Xiao et al., SmoothQuant, ICML 2023; Lin et
 * al., AWQ, MLSys 2024). SwiGLU is linear in up, not in gate: the rows of up take what down's columns give.
 */
import type { LayerWeights, ModelConfig, Tap } from "../../engine/mod.ts";

/** The rows of an earlier matrix that feed a tap; absent for a tap that a norm feeds. */
export interface Feeders {
  readonly tap: Tap;
  readonly first: number;
  /** Scales of those rows, one a row. */
  readonly scales: Float32Array;
}

/** The layer with s folded in; s: one for each input of the tap, alike where query heads share a head of V. */
export function fold(layer: LayerWeights, tap: Tap, s: Float32Array, config: ModelConfig): LayerWeights {
  const columns = layer[tap].map((value, i) => value * s[i % s.length]!);
  const feeders = feedersOf(tap, s, config);
  if (!feeders) {
    const norm = tap === "qkv" ? "attn_norm" : "ffn_norm";
    return { ...layer, [tap]: columns, [norm]: layer[norm].map((gain, i) => gain / s[i]!) };
  }
  const { tap: below, first, scales } = feeders;
  const width = config.width;
  const rows = Float32Array.from(layer[below]);
  for (let i = first * width; i < (first + scales.length) * width; i++) {
    rows[i]! /= scales[Math.floor(i / width) - first]!;
  }
  const bias = below === "qkv" && layer.qkv_bias && { qkv_bias: divideRows(layer.qkv_bias, feeders) };
  return { ...layer, [tap]: columns, [below]: rows, ...bias };
}

/** Which rows of which matrix take the scales of a tap. */
export function feedersOf(tap: Tap, s: Float32Array, config: ModelConfig): Feeders | undefined {
  const { heads, kvHeads, headDim, ffn } = config;
  if (tap === "ffn_down") return { tap: "gate_up", first: ffn, scales: s };
  if (tap !== "attn_output") return undefined;
  const scales = new Float32Array(kvHeads * headDim);
  for (let i = 0; i < scales.length; i++) scales[i] = s[channelOf(i, config)]!;
  return { tap: "qkv", first: (heads + kvHeads) * headDim, scales };
}

/** Values of each row, `each` a row, with those of the feeding rows divided by their scales. */
export function divideRows(values: Float32Array, { first, scales }: Feeders, each = 1): Float32Array {
  return values.map((value, i) => {
    const row = Math.floor(i / each) - first;
    return row < 0 || row >= scales.length ? value : value / scales[row]!;
  });
}

/** What is told of the channels of a tap, `join`ed where query heads share a head of V. */
export function shareHeads(
  tap: Tap,
  values: Float32Array,
  config: ModelConfig,
  join: (shared: readonly number[]) => number,
): Float32Array {
  if (tap !== "attn_output") return values;
  const { heads, kvHeads, headDim } = config;
  const repeat = heads / kvHeads;
  const all = Float32Array.from(values);
  for (let i = 0; i < kvHeads * headDim; i++) {
    const channels = Array.from({ length: repeat }, (_, head) => channelOf(i, config) + head * headDim);
    const joined = join(channels.map((channel) => values[channel]!));
    for (const channel of channels) all[channel] = joined;
  }
  return all;
}

/** The first channel of attention's output that row i of V feeds. */
function channelOf(i: number, { heads, kvHeads, headDim }: ModelConfig): number {
  return Math.floor(i / headDim) * (heads / kvHeads) * headDim + i % headDim;
}
