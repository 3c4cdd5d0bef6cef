/** Where a model's weights are made into others. */
export type { ModelConfig, Weights } from "../weights/mod.ts";
export { dequantize, type Grid, nearest, pack, quantize, type Steps, stepsOf } from "../graph/quantize.ts";
export { layout, type Packed, rowBytes } from "../weights/packed.ts";
export { adam, adamStep, declareAdam, type Learned, stepped, untrained } from "./adam.ts";
export { type CalibrationTexts, keepTexts } from "./calibration_texts.ts";
export type { Head, Laws } from "./head.ts";
export type { Inputs, LayerWalk, LayerWeights, Statistics } from "./layer_walk.ts";
export { lastLayer } from "./last_layer.ts";
export { concat, layerWeights, membersOf, queryScale } from "./layer_weights.ts";
export { OpenPiece, type Piece, writePiece } from "./piece.ts";
export type { Dense, Products } from "./products.ts";
export { floats, integers, LoadedGraph, openProducts, type Tensor } from "./loaded_graph.ts";
export { TokenRows } from "./token_rows.ts";
export { GraphBuilder } from "../graph/builder.ts";
export { type Tap, TAPS, widthOf } from "./walk_graph.ts";
export type { Maker, Workbench } from "./workbench.ts";
