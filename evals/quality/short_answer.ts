/**
 * Questions answered in a few words, by greedy generation: exact match and word F1, the best over the accepted answers
 * (see answer_match.ts).
 */
import type { Dataset, Question } from "../../datasets/mod.ts";
import { exactMatch, wordF1 } from "../answer_match.ts";
import { type Continued, continuing } from "../continued.ts";
import { checkJudged, type Eval, type Metric } from "../eval.ts";

/** An eval over questions, each answered with at most `tokens` tokens; `judged` is what the set is reported by. */
export function shortAnswer(
  dataset: Dataset<Question>,
  { count, tokens, judged, rule = "margin" }: {
    readonly count: number;
    readonly tokens: number;
    readonly judged: "exact_match" | "f1";
    /** "guard" where other evals bear the claim, and small models know next to nothing here. */
    readonly rule?: "margin" | "guard";
  },
): Eval<Question, Continued> {
  checkJudged(judged, ["exact_match", "f1"], dataset.name);
  const metric = (name: "exact_match" | "f1"): Metric => ({
    name,
    unit: "fraction",
    better: "higher",
    chance: dataset.chance ?? 0,
    claim: "equivalent",
    ...(name === judged ? { allowed: 0.02, rule } : {}),
  });
  return {
    ...continuing(dataset, { count, tokens }),
    summary: `short answers of at most ${tokens} tokens, ${judged}`,
    metrics: [metric("exact_match"), metric("f1")],
    grade: ({ text }, { answers }) => ({
      exact_match: { value: Number(exactMatch(text, answers)) },
      f1: { value: wordF1(text, answers) },
    }),
  };
}
