/** Weights as floats of eight bits, which accelerators multiply and processors do not: the answers are real, the speed is not. */
import { asStored, checkPrecision, type Float8, type Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

/**
 * Body and LM head in e4m3 or e5m2, with a scale a channel or a tensor.
 * @throws {UserError} for a float or a scale that there is not, in a file that no compiler saw.
 */
export function float8({ float, per }: Omit<Float8, "bits">): Technique {
  const precision: Float8 = { bits: 8, float, per };
  checkPrecision(precision);
  return {
    name: `fp8_${float}${per === "channel" ? "" : "_tensor"}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "memory-bandwidth",
    scope: "static",
    summary:
      `Rounds every weight matrix, the LM head included, to ${float.toUpperCase()} floats with a scale a ${per}.`,
    source: "Micikevicius et al., FP8 Formats for Deep Learning, 2022",
    emulated: "its 8-bit floats are computed as the 32-bit floats that they stand for",
    transform: (stack: Stack): Stack => {
      const model = asStored(stack.model);
      return { ...stack, model: { ...model, params: { ...model.params, body: precision, head: precision } } };
    },
  };
}
