/**
 * SmoothQuant (Xiao et al., ICML 2023): 8-bit integers on both sides of a product, with scales folded into what feeds
 * it that take the outliers of the activations into the weights. A matrix that loses too much all the same reads its
 * activations in blocks with a scale each.
 */
import {
  type Integers,
  type Json,
  type LayerWeights,
  layerWeights,
  type Maker,
  type Model,
  type ModelConfig,
  type Products,
  type Stack,
  systemClock,
  type Tap,
  TAPS,
  UserError,
  widthOf,
} from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { calibrate, type Calibration, CALIBRATION_SETS, type CalibrationOptions } from "./calibration.ts";
import { shareHeads } from "./folding.ts";
import { checkFinite, nearest } from "./grid.ts";
import { type GridLayer, layerOf, pieceOf, type Scaled, settle } from "./made_layer.ts";
import { type Sample, sampleOf, smooth } from "./smoothing.ts";
import { W8A8, WIDE } from "./w8a8.ts";

export interface SmoothQuantOptions {
  readonly calibration?: CalibrationOptions;
  /** The share of its output that a matrix may lose; one that loses more is kept wide. */
  readonly lost?: number;
}

type Settings = { readonly lost: number; readonly calibration: Calibration };

/**
 * The layers with integers on both sides, smoothed; the LM head at 8 bits in blocks.
 * @throws {UserError} for a share that is not above 0; when it is transformed, as `calibrate` does.
 */
export function smoothQuant(
  { calibration = { pieces: 24 }, lost = 1.2e-4 }: SmoothQuantOptions = {},
): Technique {
  if (!(lost > 0)) {
    throw new UserError(
      `Cannot smooth a model as the share that a matrix may lose must be above 0: found ${lost}.`,
    );
  }
  return {
    name: "smoothquant",
    slot: "model",
    claim: "equivalent",
    bottleneck: "compute",
    scope: "static",
    summary:
      "Rounds the layers' matrices and what they read to 8 bits, outliers of the activations taken into the weights; " +
      "matrices that lose too much by it, and the LM head, to 8 bits in blocks of 64.",
    source: "Xiao et al., SmoothQuant, ICML 2023",
    calibration: calibration.sets ?? CALIBRATION_SETS,
    async transform(stack: Stack): Promise<Stack> {
      const settings: Settings = { lost, calibration: await calibrate(calibration) };
      const made = { name: "smoothquant", params: settings };
      const params = { ...stack.model.params, body: W8A8, head: WIDE, made };
      const model: Model = { ...stack.model, params, maker: import.meta.url };
      return { ...stack, model };
    },
  };
}

/** Makes the layers one after another, each seen through those below it as they were made. */
export const make: Maker = async ({ model, weights, config, products, walk, piece, progress }) => {
  const { lost, calibration: { texts, pieces, tokens } } = model.params.made!.params as unknown as Settings;
  await using layers = await walk(texts, pieces, tokens);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `layer-${`${layer}`.padStart(2, "0")}`;
    const made = await piece(name, async () => {
      const start = systemClock.now();
      let begun: GridLayer = { layer: layerWeights(weights, config, layer), grids: {} };
      const told: Record<string, Json> = {};
      for (const [i, tap] of TAPS.entries()) {
        const inputs = layers.inputs(tap, begun.layer);
        const seen = await sampleOf(inputs, widthOf(tap, config), config.width);
        const found = await tapMatrix(products, begun.layer, tap, seen, lost, config);
        begun = settle(begun, tap, found, config);
        told[tap] = found.told;
        progress((layer + (i + 1) / (TAPS.length + 1)) / config.layers);
      }
      const notes = { ...told, seconds: (systemClock.now() - start) / 1000 };
      return pieceOf(begun, layer, weights, config, notes);
    });
    if (layer + 1 < config.layers) await layers.advance(layerOf(made, layer, weights, config));
    progress((layer + 1) / config.layers);
  }
};

/** A layer's matrix at a tap, smoothed or wide. @throws {UserError} when a weight or an activation is not a number. */
async function tapMatrix(
  products: Products,
  layer: LayerWeights,
  tap: Tap,
  seen: Sample,
  lost: number,
  config: ModelConfig,
): Promise<Scaled & { readonly told: Json }> {
  const columns = widthOf(tap, config);
  const values = layer[tap];
  checkFinite(values, (at) => `a weight of input ${at % columns} of ${tap}`);
  checkFinite(seen.largest, (at) => `the largest of input ${at} of ${tap} over the calibration text`);
  const w = { rows: values.length / columns, columns, values };
  const share = (scales: Float32Array) => shareHeads(tap, scales, config, (all) => Math.max(...all));
  const { scales, grid, told } = await smooth(products, w, seen, W8A8, share);
  if (told.smoothed <= lost) return { scales, grid, told: { ...told, wide: false } };
  const none = new Float32Array(columns).fill(1);
  return { scales: none, grid: nearest(w, WIDE as Integers), told: { ...told, wide: true } };
}
