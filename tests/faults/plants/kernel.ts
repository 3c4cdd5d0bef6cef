/** Techniques of how the network computes: the recipe says so by its label, and the setting does it. */
import type { Stack } from "../../../engine/mod.ts";
import type { Technique } from "../../../techniques/mod.ts";

/** The technique that computes in a way of this name. */
export const kernel = (name: string, claim: Technique["claim"] = "identical"): Technique => ({
  name,
  slot: "model",
  claim,
  bottleneck: "compute",
  scope: "static",
  summary: "made up",
  source: "made up",
  transform: (stack) => ({
    ...stack,
    model: { ...stack.model, params: { ...stack.model.params, stored: name } },
  }),
});

/** Whether a stack computes so. */
export const computes = ({ model }: Stack, name: string): boolean => model.params.stored === name;
