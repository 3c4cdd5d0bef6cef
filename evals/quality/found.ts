/**
 * What is told of what was to be found in a long text, as RULER grades it (Hsieh et al., 2024): the share of the answers
 * that stand in what is written, or whether any does.
 */
import type { Dataset, Sought } from "../../datasets/mod.ts";
import { type Continued, continuing } from "../continued.ts";
import type { Eval } from "../eval.ts";

/** An eval over questions on long texts, each answered with `tokens` tokens or until the model ends. */
export function found(
  dataset: Dataset<Sought>,
  { count, tokens, rule = "margin" }: {
    readonly count: number;
    readonly tokens: number;
    /** "guard" where other evals bear the claim, and small models find next to nothing here. */
    readonly rule?: "margin" | "guard";
  },
): Eval<Sought, Continued> {
  return {
    ...continuing(dataset, { count, tokens }),
    summary: `what is found in long texts, told in ${tokens} tokens`,
    metrics: [{
      name: "found",
      unit: "fraction",
      better: "higher",
      rule,
      allowed: 0.02,
      chance: dataset.chance ?? 0,
      claim: "equivalent",
    }],
    grade: ({ text }, { answers, tell }) => {
      const told = answers.filter((answer) => text.toLowerCase().includes(answer.toLowerCase())).length;
      return { found: { value: tell === "all" ? told / answers.length : Math.min(1, told) } };
    },
  };
}
