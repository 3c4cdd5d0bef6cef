/** Round-to-nearest weights: the plainest quantizer, and the yardstick of all others. LM head included. */
import { type Integers, type Model, type Stack, UserError } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

/**
 * Weights of `bits` bits in blocks of `block` along the input, activations quantized to 8 bits per row and block.
 * @throws {UserError} for bits, a block or a symmetry that there is not, in a file that no compiler saw.
 */
export function roundToNearest(precision: Integers): Technique {
  const { bits, block, symmetric } = precision;
  if (
    ![8, 4, 3, 2].includes(bits) || ![16, 32, 64, 128, 256, "channel"].includes(block) ||
    typeof symmetric !== "boolean"
  ) {
    throw new UserError(
      `Cannot round weights as bits must be 8, 4, 3 or 2, block 16, 32, 64, 128, 256 or "channel", and symmetric true ` +
        `or false: found ${bits}, ${block} and ${symmetric}.`,
    );
  }
  return {
    name: `int${bits}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "memory-bandwidth",
    scope: "static",
    summary: `Rounds every weight matrix, the LM head included, to ${bits} bits in ${
      symmetric ? "symmetric" : "asymmetric"
    } blocks of ${block}.`,
    source: "Dettmers et al., LLM.int8(), NeurIPS 2022 (block-wise rounding); ONNX Runtime MatMulNBits",
    transform: (stack: Stack): Stack => {
      const model: Model = {
        ...stack.model,
        params: { ...stack.model.params, body: precision, head: precision },
      };
      return { ...stack, model };
    },
  };
}
