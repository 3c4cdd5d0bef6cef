/**
 * 8-bit integers on both sides of the layers' products, weights and activations rounded to the nearest (W8A8; Dettmers et
 * al., LLM.int8(), NeurIPS 2022). What shares a scale among the activations is what their quality hangs on.
 */
import { asStored, type Integers, type Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

/** Integers on both sides, a scale for each output and each token. */
export const W8A8 = {
  bits: 8,
  block: "channel",
  symmetric: true,
  activations: "token",
} as const satisfies Integers;

/** For the LM head, and for what loses too much otherwise: weights and activations in blocks with a scale each. */
export const WIDE = { bits: 8, block: 64, symmetric: false } as const satisfies Integers;

/** Activations with a scale a token, or one for all that are batched together: then neighbours change each other. */
export function w8a8({ activations }: { readonly activations: "token" | "tensor" }): Technique {
  return {
    name: activations === "token" ? "w8a8" : "w8a8_tensor",
    slot: "model",
    claim: "equivalent",
    bottleneck: "compute",
    scope: "static",
    summary:
      `Rounds the layers' matrices to 8 bits a channel, and what they read to 8 bits with a scale for ` +
      `${
        activations === "token" ? "each token" : "all tokens of a step"
      }; the LM head to 8 bits in blocks of 64.`,
    source: "Dettmers et al., LLM.int8(), NeurIPS 2022",
    transform: (stack: Stack): Stack => {
      const model = asStored(stack.model);
      const body = { ...W8A8, activations };
      return { ...stack, model: { ...model, params: { ...model.params, body, head: WIDE } } };
    },
  };
}
