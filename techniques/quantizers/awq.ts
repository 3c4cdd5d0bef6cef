/**
 * AWQ (Lin et al., MLSys 2024): weights of channels that carry much are rounded on finer grids, as scales of the
 * channels are folded into what feeds them; then each group's range is clipped where that loses less.
 */
import {
  type Dense,
  type Integers,
  type LayerWeights,
  type Maker,
  type Model,
  type ModelConfig,
  type Products,
  type Stack,
  type Statistics,
  type Tap,
  widthOf,
} from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { calibrate, type Calibration, CALIBRATION_SETS, type CalibrationOptions } from "./calibration.ts";
import { searchScales } from "./channel_scales.ts";
import { clipped } from "./clipping.ts";
import { descend } from "./descent.ts";
import { shareHeads } from "./folding.ts";
import { changeOf, checkFinite, floatsOf, type Grid, lossOf } from "./grid.ts";
import { makeScaled } from "./scaled_layers.ts";

export interface AwqOptions {
  readonly calibration?: CalibrationOptions;
  /** How often codes are gone through to make up for each other's losses (see descent.ts). */
  readonly sweeps?: number;
}

/**
 * Weights of the layers at a precision, scaled by what goes through them; embedding and LM head as they are.
 * @throws {UserError} when it is transformed, as `calibrate` does.
 */
export function awq(precision: Integers, { calibration = {}, sweeps = 3 }: AwqOptions = {}): Technique {
  return {
    name: `awq${precision.bits}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "memory-bandwidth",
    scope: "static",
    summary:
      `Rounds the layers' matrices to ${precision.bits} bits in groups of ${precision.block}, channels ` +
      "scaled by what goes through them and ranges clipped.",
    source: "Lin et al., AWQ: Activation-aware Weight Quantization, MLSys 2024",
    calibration: calibration.sets ?? CALIBRATION_SETS,
    async transform(stack: Stack): Promise<Stack> {
      const settings: Settings = { sweeps, calibration: await calibrate(calibration) };
      const params = { ...stack.model.params, body: precision, made: { name: "awq", params: settings } };
      const model: Model = { ...stack.model, params, maker: import.meta.url };
      return { ...stack, model };
    },
  };
}

type Settings = { readonly sweeps: number; readonly calibration: Calibration };

/** A matrix with its channels scaled and on its grid; the losses: of plain rounding, with scales, with clipped ranges. */
export interface AwqMatrix {
  readonly scales: Float32Array;
  /** Of W diag(scales). */
  readonly grid: Grid;
  readonly told: {
    readonly alpha: number;
    readonly rounded: number;
    readonly scaled: number;
    readonly clipped: number;
    readonly descended: number;
  };
}

/** Scales and rounds W [out, in] by the gram of its inputs and the mean |x| of each. */
export async function awqMatrix(
  products: Products,
  w: Dense,
  gram: Float32Array,
  sizes: Float32Array,
  p: Integers,
  sweeps: number,
): Promise<AwqMatrix> {
  const { alpha, scales, before, after } = await searchScales(products, w, gram, sizes, p);
  const n = w.columns;
  const scaled = { ...w, values: w.values.map((value, i) => value * scales[i % n]!) };
  const own = gram.map((value, at) => value / scales[at % n]! / scales[Math.floor(at / n)]!);
  const narrow = await clipped(products, scaled, own, p);
  const loss = (grid: Grid) => lossOf(products, changeOf(scaled, floatsOf(grid, n)), own);
  const grid = sweeps === 0 ? narrow : await descend(products, scaled, own, narrow, sweeps);
  const told = {
    alpha,
    rounded: before,
    scaled: after,
    clipped: await loss(narrow),
    descended: await loss(grid),
  };
  return { scales, grid, told };
}

export const make: Maker = async (bench) => {
  const { model, config, products } = bench;
  const { sweeps, calibration } = model.params.made!.params as unknown as Settings;
  const precision = model.params.body as Integers;
  await makeScaled(bench, calibration, async (walk, layer, tap) => {
    const seen = await walk.statistics(tap, layer);
    return await tapMatrix(products, layer, tap, seen, precision, sweeps, config);
  });
};

/** A layer's matrix at a tap, by what it reads. @throws {UserError} when a weight or an activation is not a number. */
async function tapMatrix(
  products: Products,
  layer: LayerWeights,
  tap: Tap,
  { gram, meanAbs }: Statistics,
  p: Integers,
  sweeps: number,
  config: ModelConfig,
): Promise<AwqMatrix> {
  const columns = widthOf(tap, config);
  const values = layer[tap];
  checkFinite(values, (at) => `a weight of input ${at % columns} of ${tap}`);
  checkFinite(meanAbs, (at) => `the mean of input ${at} of ${tap} over the calibration text`);
  const sizes = shareHeads(tap, meanAbs, config, (all) => all.reduce((a, b) => a + b, 0) / all.length);
  return await awqMatrix(
    products,
    { rows: values.length / columns, columns, values },
    gram,
    sizes,
    p,
    sweeps,
  );
}
