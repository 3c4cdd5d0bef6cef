/**
 * Multiple choice by log-likelihood, as lm-evaluation-harness asks it: each continuation's log-probability after the
 * context; `acc` takes the largest sum, `acc_norm` the largest sum per character of the choice.
 */
import type { Choices, Dataset } from "../../datasets/mod.ts";
import { type Session, type Tokenizer, UserError } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import { type Answered, checkJudged, type Eval, type Metric } from "../eval.ts";

interface Answer {
  /** Summed log-probability of each continuation. */
  readonly sums: readonly number[];
}

/**
 * An eval over a set of choices; `judged` is the metric that the set is usually reported by, `chance` the data set's
 * where absent. @throws {UserError} when neither tells what chance is.
 */
export function multipleChoice(
  dataset: Dataset<Choices>,
  { count, judged, chance = dataset.chance, rule = "margin" }: {
    readonly count: number;
    readonly judged: "acc" | "acc_norm";
    readonly chance?: number | undefined;
    /** "guard" where other evals bear the claim, and small models do not know better than chance here. */
    readonly rule?: "margin" | "guard";
  },
): Eval<Choices, Answer> {
  checkJudged(judged, ["acc", "acc_norm"], dataset.name);
  if (chance === undefined) {
    throw new UserError(
      `Cannot judge ${dataset.name} as what guessing scores must be known: found nothing. Give it as chance.`,
    );
  }
  const metric = (name: "acc" | "acc_norm"): Metric => ({
    name,
    unit: "fraction",
    better: "higher",
    chance,
    claim: "equivalent",
    ...(name === judged ? { allowed: 0.02 } : {}),
    ...(name === judged && rule !== "margin" ? { rule } : {}),
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
      const asked = samples.flatMap(({ id, context, contexts, continuations }) => {
        const pairs = continuations.map((text, i) =>
          encodePair(session.tokenizer, contexts?.[i] ?? context, text)
        );
        const all = pairs.map((pair) => pair.continuation);
        return contexts === undefined
          ? [{ of: id, context: pairs[0]!.context, continuations: all, first: 0 }]
          : pairs.map((pair, first) => ({
            of: id,
            context: pair.context,
            continuations: [pair.continuation],
            first,
          }));
      });
      const sums = new Map(
        samples.map(({ id, continuations }) => [id, new Array<number>(continuations.length)]),
      );
      const missing = new Map(samples.map(({ id, continuations }) => [id, continuations.length]));
      const items = asked.map((item, i) => ({ ...item, id: String(i) }));
      for await (const { id, logProbs } of session.score(items)) {
        const { of, first } = items[Number(id)]!;
        const own = sums.get(of)!;
        logProbs.forEach((values, i) => (own[first + i] = values.reduce((sum, v) => sum + v, 0)));
        missing.set(of, missing.get(of)! - logProbs.length);
        if (missing.get(of) === 0) yield { id: of, answer: { sums: own } };
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
    work: ({ context, contexts = [context], continuations }) => ({
      read: (contexts.join("").length + continuations.join("").length) / CHARACTERS_PER_TOKEN,
      write: 0,
    }),
    show: (answer, sample) =>
      (sample.contexts ?? sample.continuations)[pick(answer, sample, judged === "acc_norm")]?.trim() ??
        "none",
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
