/** Round-to-nearest weights: the plainest quantizer, and the yardstick of all others. */
import { asStored, checkPrecision, type Integers, type Stack, UserError } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

const PARTS = ["body", "head", "embedding"] as const;
type Part = (typeof PARTS)[number];
const WORDS: Readonly<Record<Part, string>> = {
  body: "every weight matrix of the layers",
  head: "the LM head",
  embedding: "the embedding table",
};

/** What the runtime has no product of is held otherwise. */
const HELD: Readonly<Partial<Record<Integers["bits"], string>>> = {
  6: ", held in four and two",
  3: ", held in four",
};

/** How weights are rounded, and which; the layers and the LM head where absent. */
export interface RoundToNearest extends Pick<Integers, "bits" | "block" | "symmetric"> {
  readonly covers?: readonly [Part, ...Part[]];
}

/**
 * Weights of `bits` bits in blocks of `block` along the input, activations quantized to 8 bits per row and block. What is
 * not covered stays as the stack beneath has it.
 * @throws {UserError} for bits, a block, a symmetry or a part that there is not, in a file that no compiler saw.
 */
export function roundToNearest(
  { bits, block, symmetric, covers = ["body", "head"] }: RoundToNearest,
): Technique {
  const precision: Integers = { bits, block, symmetric };
  checkPrecision(precision);
  const unknown = covers.find((part) => !PARTS.includes(part));
  if (unknown !== undefined || covers.length === 0) {
    throw new UserError(
      `Cannot round weights as it must cover one or more of ${PARTS.join(", ")}: found ${unknown ?? "none"}.`,
    );
  }
  const parts = PARTS.filter((part) => covers.includes(part));
  const usual = parts.join() === "body,head";
  const wide = block === "channel" ? "with a scale a channel" : `in blocks of ${block}`;
  return {
    name: usual ? `int${bits}` : `int${bits}_${parts.join("_")}`,
    slot: "model",
    claim: "equivalent",
    bottleneck: "memory-bandwidth",
    scope: "static",
    summary: `Rounds ${parts.map((part) => WORDS[part]).join(" and ")} to ${bits} bits, ${
      symmetric ? "symmetric" : "asymmetric"
    }, ${wide}${HELD[bits] ?? ""}.`,
    source: "Dettmers et al., LLM.int8(), NeurIPS 2022 (block-wise rounding); ONNX Runtime MatMulNBits",
    transform: (stack: Stack): Stack => {
      const rounded = Object.fromEntries(parts.map((part) => [part, precision]));
      const model = parts.includes("body") ? asStored(stack.model) : stack.model;
      return { ...stack, model: { ...model, params: { ...model.params, ...rounded } } };
    },
  };
}
