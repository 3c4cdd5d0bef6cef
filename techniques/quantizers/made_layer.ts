/** A layer as a quantizer makes it, beside its kept piece: from grids to the file's own matrices, and back to floats. */
import {
  dequantize,
  type Json,
  type LayerWeights,
  layerWeights,
  layout,
  membersOf,
  type ModelConfig,
  type Piece,
  queryScale,
  type Tap,
  TAPS,
  type Weights,
  widthOf,
} from "../../engine/mod.ts";
import { divideRows, feedersOf, fold } from "./folding.ts";
import { floatsOf, type Grid, packRows } from "./grid.ts";

/** What the piece of a layer is called. */
export const pieceName = (layer: number): string => `layer-${`${layer}`.padStart(2, "0")}`;

/** A layer on the way: taps that have a grid are in `layer` as the floats that it stands for. */
export interface GridLayer {
  readonly layer: LayerWeights;
  readonly grids: Readonly<Partial<Record<Tap, Grid>>>;
}

/** A matrix with its columns scaled and on its grid. */
export interface Scaled {
  readonly scales: Float32Array;
  readonly grid: Grid;
}

/** Folds a tap's scales into what feeds it, which may be on a grid already, and puts the tap on its own. */
export function settle(
  { layer, grids }: GridLayer,
  tap: Tap,
  { scales, grid }: Scaled,
  config: ModelConfig,
): GridLayer {
  const folded = fold(layer, tap, scales, config);
  const feeders = feedersOf(tap, scales, config);
  const below = feeders && grids[feeders.tap];
  const { groups } = layout(below?.precision ?? grid.precision, config.width);
  return {
    layer: { ...folded, [tap]: floatsOf(grid, scales.length) },
    grids: {
      ...grids,
      ...(below && { [feeders.tap]: { ...below, scales: divideRows(below.scales, feeders, groups) } }),
      [tap]: grid,
    },
  };
}

/** The piece of a layer whose taps are all on grids: q's steps without attention's scale, which the graph multiplies them by. */
export function pieceOf(
  { grids, layer }: GridLayer,
  number: number,
  weights: Weights,
  config: ModelConfig,
  notes: Readonly<Record<string, Json>>,
): Piece {
  const matrices = Object.fromEntries(TAPS.flatMap((tap) => {
    const grid = grids[tap]!;
    let first = 0;
    return membersOf(tap, number).map((name) => {
      const rows = weights.shape(name)[0]!;
      const factor = name.includes("attn_q.") ? 1 / queryScale(config) : 1;
      const packed = packRows(grid, first, rows, widthOf(tap, config), factor);
      first += rows;
      return [name, { precision: grid.precision, packed }];
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
