/**
 * Mixed precision: matrices that lose least are held in fewer bits until the model fits a budget of bytes. What each
 * loses is measured (sensitivity.ts); the choice takes the least loss per byte saved first, and GPTQ rounds them all.
 */
import {
  type Integers,
  type Json,
  type Maker,
  type Model,
  type ModelConfig,
  rowBytes,
  type Stack,
  type Tap,
  TAPS,
  UserError,
  widthOf,
} from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { calibrate, type Calibration, CALIBRATION_SETS, type CalibrationOptions } from "./calibration.ts";
import { BEST, makeLayers } from "./gptq_layers.ts";
import { type Sensitivity, sensitivity } from "./sensitivity.ts";

export interface MixedOptions {
  /** Bits a weight of the body may take on average, scales and zeros included. */
  readonly bodyBits: number;
  /** Of the matrices that lose least, and of the others. */
  readonly low?: Integers;
  readonly high?: Integers;
  readonly head?: Integers;
  /** Of this, as much as the sensitivity is measured on (6 pieces of 256 tokens where absent). */
  readonly measured?: Measured;
  readonly calibration?: CalibrationOptions;
}

type Measured = { readonly pieces: number; readonly tokens: number };

type Settings = {
  readonly bodyBits: number;
  readonly low: Integers;
  readonly high: Integers;
  readonly head: Integers;
  readonly measured: Measured;
  readonly calibration: Calibration;
};

const LOW: Integers = { bits: 4, block: 64, symmetric: false };
const HIGH: Integers = { bits: 6, block: 64, symmetric: false };
/** Few tokens, as they go through the model once for each matrix. */
const MEASURED: Measured = { pieces: 6, tokens: 256 };
/** The share of the making that measuring takes. */
const MEASURING = 0.4;

/** @throws {UserError} for a budget that is not a number of bits above 0. */
export function mixedPrecision(
  { bodyBits, low = LOW, high = HIGH, head = HIGH, measured = MEASURED, calibration = {} }: MixedOptions,
): Technique {
  if (!(bodyBits > 0)) {
    throw new UserError(`Cannot mix precisions as the body's bits must be above 0: found ${bodyBits}.`);
  }
  return {
    name: `mixed_${`${bodyBits}`.replace(".", "_")}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "memory-bandwidth",
    scope: "static",
    summary:
      `Holds the matrices that lose least in ${low.bits} bits and the others in ${high.bits}, ${bodyBits} bits a ` +
      `weight of the layers on average, by what each was measured to lose; the LM head in ${head.bits}.`,
    source: "Dong et al., HAWQ, ICCV 2019 (sensitivity by layer); Frantar et al., GPTQ, ICLR 2023",
    calibration: calibration.sets ?? CALIBRATION_SETS,
    async transform(stack: Stack): Promise<Stack> {
      const settings: Settings = {
        bodyBits,
        low,
        high,
        head,
        measured,
        calibration: await calibrate(calibration),
      };
      const made = { name: "mixed_precision", params: settings };
      const model: Model = {
        ...stack.model,
        params: { ...stack.model.params, body: high, head, made },
        maker: import.meta.url,
      };
      return { ...stack, model };
    },
  };
}

/** Measures, chooses, and makes all layers. @throws {UserError} when the budget is below what the fewest bits take. */
export const make: Maker = async (bench) => {
  const { bodyBits, low, high, head, measured, calibration } = bench.model.params.made!
    .params as unknown as Settings;
  const { config } = bench;
  const told = await bench.piece("sensitivity", async () => ({
    matrices: {},
    notes: {
      sensitivity: await sensitivity(
        bench,
        calibration.texts,
        low,
        measured,
        (done) => bench.progress(done * MEASURING),
      ) as unknown as Json,
    },
  }));
  const found = told.notes!.sensitivity as unknown as Sensitivity;
  const lowered = lowest(found, config, { bodyBits, low, high });
  const after = { ...bench, progress: (done: number) => bench.progress(MEASURING + done * (1 - MEASURING)) };
  await makeLayers(
    after,
    calibration,
    BEST,
    (layer, tap) => lowered.has(keyOf(layer, tap)) ? low : high,
    head,
  );
};

const keyOf = (layer: number, tap: Tap) => `${layer} ${tap}`;

/** The matrices to hold in few bits: least loss per byte saved first, until the body fits its budget. */
export function lowest(
  found: Sensitivity,
  config: ModelConfig,
  { bodyBits, low, high }: Pick<Settings, "bodyBits" | "low" | "high">,
): ReadonlySet<string> {
  const rows: Readonly<Record<Tap, number>> = {
    qkv: (config.heads + 2 * config.kvHeads) * config.headDim,
    attn_output: config.width,
    gate_up: 2 * config.ffn,
    ffn_down: config.width,
  };
  const bytes = (tap: Tap, precision: Integers) => rows[tap] * rowBytes(precision, widthOf(tap, config));
  const weights = config.layers * TAPS.reduce((sum, tap) => sum + rows[tap] * widthOf(tap, config), 0);
  let held = config.layers * TAPS.reduce((sum, tap) => sum + bytes(tap, high), 0);
  const budget = bodyBits * weights / 8;
  const all = found.flatMap((one, layer) =>
    TAPS.map((tap) => {
      const saved = bytes(tap, high) - bytes(tap, low);
      return { key: keyOf(layer, tap), saved, cost: one[tap] / saved };
    })
  ).sort((a, b) => a.cost - b.cost);
  const lowered = new Set<string>();
  for (const { key, saved } of all) {
    if (held <= budget) break;
    lowered.add(key);
    held -= saved;
  }
  if (held > budget) {
    throw new UserError(
      `Cannot mix precisions as the body's ${bodyBits} bits a weight must be within reach: ${low.bits} bits everywhere ` +
        `take ${(held * 8 / weights).toFixed(2)}.`,
    );
  }
  return lowered;
}
