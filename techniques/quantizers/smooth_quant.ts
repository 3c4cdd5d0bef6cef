/**
 * SmoothQuant (Xiao et al., ICML 2023): 8-bit integers on both sides of a product, with scales folded into what feeds
 * it that take the outliers of the activations into the weights. A matrix that loses too much all the same reads its
 * activations in blocks with a scale each.
 */
import {
  type Integers,
  type Json,
  type LayerWeights,
  type Maker,
  type Model,
  type ModelConfig,
  type Products,
  type Stack,
  type Tap,
  UserError,
  widthOf,
} from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { calibrate, type Calibration, CALIBRATION_SETS, type CalibrationOptions } from "./calibration.ts";
import { shareHeads } from "./folding.ts";
import { checkFinite, nearest } from "./grid.ts";
import type { Scaled } from "./made_layer.ts";
import { makeScaled } from "./scaled_layers.ts";
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

export const make: Maker = async (bench) => {
  const { model, config, products } = bench;
  const { lost, calibration } = model.params.made!.params as unknown as Settings;
  await makeScaled(bench, calibration, async (walk, layer, tap) => {
    const seen = await sampleOf(walk.inputs(tap, layer), widthOf(tap, config), config.width);
    return await tapMatrix(products, layer, tap, seen, lost, config);
  });
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
