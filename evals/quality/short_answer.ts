/**
 * Questions answered in a few words, by greedy generation: exact match and word F1, the best over the accepted answers
 * (see answer_match.ts).
 */
import type { Dataset, Question } from "../../datasets/mod.ts";
import type { Session } from "../../engine/mod.ts";
import { exactMatch, wordF1 } from "../answer_match.ts";
import { type Continued, continued } from "../continued.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import { type Answered, checkJudged, type Eval, type Metric } from "../eval.ts";

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
    name: dataset.name,
    summary: `short answers of at most ${tokens} tokens, ${judged}`,
    dataset,
    count,
    params: { tokens },
    sees: ["model", "cache", "decoder", "scheduler"],
    metrics: [metric("exact_match"), metric("f1")],
    async *ask(session: Session, samples: readonly Question[]): AsyncIterable<Answered<Continued>> {
      for await (const answers of continued(session, samples, tokens)) {
        for (const [id, answer] of answers) yield { id, answer };
      }
    },
    grade: ({ text }, { answers }) => ({
      exact_match: { value: Number(exactMatch(text, answers)) },
      f1: { value: wordF1(text, answers) },
    }),
    work: ({ prompt }) => ({ read: prompt.length / CHARACTERS_PER_TOKEN, write: tokens }),
    show: ({ text }) => text.trim(),
  };
}
