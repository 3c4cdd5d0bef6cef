/**
 * GPTQ (Frantar et al., ICLR 2023) over a model's layers: matrix by matrix, on the activations that come through the
 * matrices before it as they were made. Embedding and LM head stay as they are.
 */
import { type Integers, type Maker, type Model, type Stack, UserError } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { calibrate, type Calibration, CALIBRATION_SETS, type CalibrationOptions } from "./calibration.ts";
import { BEST, type LayerOptions, makeLayers } from "./gptq_layers.ts";

/** Of text: more would take a model of 135 million weights longer than its few minutes on two cores. */
const PIECES = 48;

export interface GptqOptions extends Partial<LayerOptions> {
  readonly calibration?: CalibrationOptions;
}

type Settings = LayerOptions & { readonly calibration: Calibration };

/**
 * Weights of the layers at a precision, as GPTQ rounds them.
 * @throws {UserError} for a damping that is not a number of at least 0; when it is transformed, as `calibrate` does.
 */
export function gptq(
  precision: Integers,
  { calibration = {}, ...options }: GptqOptions = {},
): Technique {
  const solving: LayerOptions = { ...BEST, ...options };
  const { damping } = solving;
  if (!(damping >= 0 && Number.isFinite(damping))) {
    throw new UserError(`Cannot quantize by GPTQ as damping must be 0 or more: found ${damping}.`);
  }
  return {
    name: `gptq${precision.bits}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "memory-bandwidth",
    scope: "static",
    summary:
      `Rounds the layers' matrices to ${precision.bits} bits in blocks of ${precision.block}, one input after ` +
      "another, each making good what the ones before it lost.",
    source: "Frantar et al., GPTQ, ICLR 2023; Li et al., GPTAQ, ICML 2025",
    calibration: calibration.sets ?? CALIBRATION_SETS,
    async transform(stack: Stack): Promise<Stack> {
      const settings: Settings = {
        ...solving,
        calibration: await calibrate({ pieces: PIECES, ...calibration }),
      };
      const params = { ...stack.model.params, body: precision, made: { name: "gptq", params: settings } };
      const model: Model = { ...stack.model, params, maker: import.meta.url };
      return { ...stack, model };
    },
  };
}

/** Makes the matrices of all layers, a piece for each layer. */
export const make: Maker = async (bench) => {
  const { calibration, ...options } = bench.model.params.made!.params as unknown as Settings;
  const precision = bench.model.params.body as Integers;
  await makeLayers(bench, calibration, options, () => precision);
};
