/**
 * Multiple choice by log-likelihood, as lm-evaluation-harness asks it: each continuation's log-probability after the
 * context; `acc` takes the largest sum, `acc_norm` the largest sum per character of the choice.
 */
import type { Choices, Dataset } from "../../datasets/mod.ts";
import type { Session, Tokenizer } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval, Metric } from "../eval.ts";

interface Answer {
  /** Summed log-probability of each continuation. */
  readonly sums: readonly number[];
}

/** An eval over a set of choices; `judged` is the metric that the set is usually reported by. */
export function multipleChoice(
  dataset: Dataset<Choices>,
  { count, judged, chance }: {
    readonly count: number;
    readonly judged: "acc" | "acc_norm";
    readonly chance: number;
  },
): Eval<Choices, Answer> {
  const metric = (name: "acc" | "acc_norm"): Metric => ({
    name,
    unit: "fraction",
    better: "higher",
    chance,
    claim: "equivalent",
    ...(name === judged ? { allowed: 0.02 } : {}),
  });
  return {
    name: dataset.name,
    summary: `multiple choice by log-likelihood, ${judged}`,
    dataset,
    count,
    sees: ["model"],
    metrics: [
      metric("acc"),
      metric("acc_norm"),
      // Answers that change both ways cancel in the mean (Dutta et al., Accuracy Is Not All You Need, NeurIPS 2024).
      { name: "churn", unit: "fraction", better: "lower", rule: "guard", allowed: 0.1, claim: "equivalent" },
    ],
    async *ask(session: Session, samples: readonly Choices[]): AsyncIterable<Answered<Answer>> {
      const items = samples.map((sample) => {
        const pairs = sample.continuations.map((text) => encodePair(session.tokenizer, sample.context, text));
        return {
          id: sample.id,
          context: pairs[0]!.context,
          continuations: pairs.map((pair) => pair.continuation),
        };
      });
      for await (const { id, logProbs } of session.score(items)) {
        yield { id, answer: { sums: logProbs.map((values) => values.reduce((sum, v) => sum + v, 0)) } };
      }
    },
    grade(answer, sample, reference) {
      const right = (
        choice: number,
      ) => (answer.sums.some(Number.isNaN) ? NaN : Number(choice === sample.gold));
      return {
        acc: { value: right(pick(answer, sample, false)) },
        acc_norm: { value: right(pick(answer, sample, true)) },
        churn: {
          value: Number(
            pick(answer, sample, judged === "acc_norm") !== pick(reference, sample, judged === "acc_norm"),
          ),
        },
      };
    },
    work: ({ context, continuations }) => ({
      read: (context.length + continuations.join("").length) / CHARACTERS_PER_TOKEN,
      write: 0,
    }),
    show: (answer, sample) =>
      sample.continuations[pick(answer, sample, judged === "acc_norm")]?.trim() ?? "none",
  };
}

function pick({ sums }: Answer, { continuations }: Choices, perCharacter: boolean): number {
  const scores = sums.map((
    sum,
    i,
  ) => (perCharacter ? sum / Array.from(continuations[i]!.replace(/^ /, "")).length : sum));
  return scores.indexOf(Math.max(...scores));
}

/**
 * Ids of a context and of what follows it. White space at the context's end belongs to the continuation, and the
 * continuation is what the ids of both together have beyond the context's own; an empty context is the first token.
 */
export function encodePair(
  tokenizer: Tokenizer,
  context: string,
  continuation: string,
): { readonly context: readonly number[]; readonly continuation: readonly number[] } {
  const trimmed = context.trimEnd();
  const moved = context.slice(trimmed.length) + continuation;
  const before = tokenizer.encode(trimmed);
  if (before.length === 0) return { context: [tokenizer.bos], continuation: tokenizer.encode(moved) };
  return { context: before, continuation: tokenizer.encode(trimmed + moved).slice(before.length) };
}
