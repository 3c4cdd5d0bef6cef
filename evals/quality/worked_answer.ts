/**
 * Answers worked out in writing by greedy generation (Wei et al., 2022), of which the result is compared: exact match as
 * lm-evaluation-harness scores it, with its two filters. "strict" reads the result where the examples have it,
 * "flexible" the last number written, so that a change of form alone costs nothing there.
 */
import type { Dataset, Worked } from "../../datasets/mod.ts";
import { type Continued, continuing } from "../continued.ts";
import { checkJudged, type Eval, type Metric } from "../eval.ts";

/** What the harness reports where a filter finds nothing. */
const INVALID = "[invalid]";

/** An eval over questions, each answered with at most `tokens` tokens; `judged` is the filter that decides. */
export function workedAnswer(
  dataset: Dataset<Worked>,
  { count, tokens, judged, rule = "margin" }: {
    readonly count: number;
    readonly tokens: number;
    readonly judged: "strict" | "flexible";
    /** "guard" where too few are asked to show a loss within the margin. */
    readonly rule?: "margin" | "guard";
  },
): Eval<Worked, Continued> {
  checkJudged(judged, ["strict", "flexible"], dataset.name);
  const metric = (filter: "strict" | "flexible"): Metric => ({
    name: `exact_match_${filter}`,
    unit: "fraction",
    better: "higher",
    chance: dataset.chance ?? 0,
    claim: "equivalent",
    ...(filter === judged ? { rule, allowed: 0.02 } : {}),
  });
  return {
    ...continuing(dataset, { count, tokens }),
    summary: `results of worked answers of at most ${tokens} tokens, exact match, ${judged}`,
    metrics: [metric("strict"), metric("flexible")],
    grade: ({ text }, { answers, strict, flexible }) => ({
      exact_match_strict: { value: matched(first(text, strict), answers) },
      exact_match_flexible: { value: matched(last(text, flexible), answers) },
    }),
  };
}

/** The first match's first group, stripped. */
export function first(text: string, pattern: RegExp): string {
  return [...text.matchAll(pattern)].at(0)?.[1]?.trim() ?? INVALID;
}

/** The last match's first group that holds something, stripped. */
export function last(text: string, pattern: RegExp): string {
  return [...text.matchAll(pattern)].at(-1)?.slice(1).find((group) => group)?.trim() ?? INVALID;
}

/** 1 where the result is an accepted one but for case and what the harness leaves out of account, else 0. */
export function matched(result: string, answers: readonly string[]): number {
  return Number(answers.some((answer) => normalized(answer) === normalized(result)));
}

/** Without commas, dollar signs, anything up to "#### ", and a full stop at the end. */
function normalized(text: string): string {
  return text.replaceAll(",", "").replaceAll("$", "").replace(/^.*#### /s, "").replace(/\.$/, "")
    .toLowerCase();
}
