/** A layer as a quantizer makes it, beside its kept piece: from grids to the file's own matrices, and back to floats. */
import {
  dequantize,
  type Integers,
  type Json,
  type LayerWeights,
  layerWeights,
  membersOf,
  type ModelConfig,
  type Piece,
  queryScale,
  type Tap,
  TAPS,
  type Weights,
  widthOf,
} from "../../engine/mod.ts";
import { type Grid, packRows } from "./grid.ts";

/** A layer's matrices by tap, with what was folded into its norms and biases. */
export interface GridLayer {
  readonly grids: Readonly<Record<Tap, Grid>>;
  readonly layer: LayerWeights;
}

/** The piece of a layer: q's steps without attention's scale, which the graph multiplies them by. */
export function pieceOf(
  { grids, layer }: GridLayer,
  precision: Integers,
  number: number,
  weights: Weights,
  config: ModelConfig,
  notes: Readonly<Record<string, Json>>,
): Piece {
  const matrices = Object.fromEntries(TAPS.flatMap((tap) => {
    let first = 0;
    return membersOf(tap, number).map((name) => {
      const rows = weights.shape(name)[0]!;
      const factor = name.includes("attn_q.") ? 1 / queryScale(config) : 1;
      const packed = packRows(grids[tap], first, rows, widthOf(tap, config), precision, factor);
      first += rows;
      return [name, { precision, packed }];
    });
  }));
  const { heads, kvHeads, headDim } = config;
  const floats: Record<string, Float32Array> = {
    [`blk.${number}.attn_norm.weight`]: layer.attn_norm,
    [`blk.${number}.ffn_norm.weight`]: layer.ffn_norm,
  };
  if (layer.qkv_bias) {
    floats[`blk.${number}.attn_v.bias`] = layer.qkv_bias.slice((heads + kvHeads) * headDim);
  }
  return { matrices, floats, notes };
}

/** The floats that a layer's piece stands for. */
export function layerOf(piece: Piece, number: number, weights: Weights, config: ModelConfig): LayerWeights {
  const read = (name: string) => {
    const made = piece.matrices[name];
    if (!made) return piece.floats?.[name] ?? weights.read(name);
    const [rows, columns] = weights.shape(name) as [number, number];
    return dequantize(made.packed, rows, columns, made.precision);
  };
  return layerWeights({ read }, config, number);
}
