/** Round-to-nearest weights: the plainest quantizer, and the yardstick of all others. LM head included. */
import type { Model, Precision, Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

/** Weights of `bits` bits in blocks of `block` along the input, activations quantized to 8 bits per row and block. */
export function roundToNearest(precision: Exclude<Precision, { readonly bits: 32 }>): Technique {
  const { bits, block, symmetric } = precision;
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
