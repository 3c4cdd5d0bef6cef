/**
 * A model with some of its layers, repaired in closed form (repair.ts): too few for answers of its own, and a draft for the
 * whole model's (Men et al., ShortGPT, 2024; Shopkhoev et al., ReplaceMe, 2025).
 */
import type { Integers, Stack } from "../../engine/mod.ts";
import { calibrate, CALIBRATION_SETS, type CalibrationOptions } from "../quantizers/calibration.ts";
import type { Technique } from "../technique.ts";
import { repaired } from "./repair.ts";

export interface FewerLayersOptions {
  /** Layers that stay, counted from 0, in order. */
  readonly layers: readonly number[];
  /** How they and their LM head are held. */
  readonly body: Integers;
  readonly head: Integers;
  readonly calibration?: CalibrationOptions;
}

/** @throws {UserError} when it is transformed, as `calibrate` does; when it is opened, for layers that are not there. */
export function fewerLayers({ layers, body, head, calibration = {} }: FewerLayersOptions): Technique {
  return {
    name: `layers_${layers.length}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "model-size",
    scope: "static",
    summary:
      `Leaves ${layers.length} of the layers, whose down projections and LM head make up for the others.`,
    source: "Men et al., ShortGPT, 2024; Shopkhoev et al., ReplaceMe, 2025; Belrose et al., Tuned Lens, 2023",
    calibration: calibration.sets ?? CALIBRATION_SETS,
    async transform(stack: Stack): Promise<Stack> {
      const fitted = await calibrate({ pieces: 64, ...calibration });
      return { ...stack, model: repaired(stack.model, body, { layers, head, calibration: fitted }) };
    },
  };
}
