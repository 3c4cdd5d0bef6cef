/**
 * Kullback-Leibler divergence of the candidate's next-token distribution from that of the stack beneath,
 * KL(base || candidate) in nats at every position, and how often both rank the same token first. Exact over the
 * whole vocabulary; rows are dropped as soon as they are graded.
 */
import type { Dataset, Text } from "../../datasets/mod.ts";
import type { Session } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval, Metric } from "../eval.ts";

interface Answer {
  /** [tokens x vocabulary] log-probabilities. */
  readonly rows: Float32Array;
  readonly tokens: number;
}

/**
 * A tail is what a mean hides: the share of tokens whose divergence is beyond ten times the mean's margin may be one in
 * a hundred, beyond fifty times one in a thousand. So p99 is within 0.2 nats and p99.9 within 1.
 */
const TAILS = {
  kl_p99: { beyond: 0.2, share: 0.01 },
  kl_p999: { beyond: 1, share: 0.001 },
} as const;

/** An eval over the first `tokens` tokens of each text. */
export function logitKl(
  dataset: Dataset<Text>,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): Eval<Text, Answer> {
  return {
    name: `${dataset.name}_kl`,
    summary: `KL divergence from the stack beneath over ${tokens} tokens`,
    dataset,
    count,
    params: { tokens },
    sees: ["model"],
    streamed: true,
    metrics: [
      { name: "kl", unit: "nats/token", better: "lower", claim: "equivalent" },
      ...Object.entries(TAILS).map(([name, { share }]): Metric => ({
        name,
        unit: "fraction",
        better: "lower",
        rule: "guard",
        allowed: share,
        claim: "equivalent",
      })),
      { name: "same_top", unit: "fraction", better: "higher", claim: "equivalent" },
    ],
    async *ask(session: Session, samples: readonly Text[]): AsyncIterable<Answered<Answer>> {
      const items = samples.map(({ id, text }) => {
        const ids = session.tokenizer.encode(text).slice(0, tokens);
        return { id, context: ids.slice(0, 1), continuations: [ids.slice(1)], distributions: true };
      });
      for await (const { id, logProbs: [logProbs], distributions } of session.score(items)) {
        yield { id, answer: { rows: distributions![0]!, tokens: logProbs!.length } };
      }
    },
    grade(answer, _sample, reference) {
      if (answer.tokens !== reference.tokens || answer.rows.length !== reference.rows.length) {
        throw new Error("distributions are compared token by token: both must cut the text alike");
      }
      const vocabulary = answer.rows.length / answer.tokens;
      const parts: number[] = [];
      let same = 0;
      for (let t = 0; t < answer.tokens; t++) {
        const base = reference.rows.subarray(t * vocabulary, (t + 1) * vocabulary);
        const candidate = answer.rows.subarray(t * vocabulary, (t + 1) * vocabulary);
        const { kl, sameTop } = compareRows(base, candidate);
        parts.push(kl);
        if (sameTop) same++;
      }
      const mean = parts.reduce((sum, v) => sum + v, 0) / parts.length;
      return {
        kl: { value: mean, weight: parts.length, parts },
        ...Object.fromEntries(
          Object.entries(TAILS).map(([name, { beyond }]) => [name, {
            value: parts.filter((kl) => kl > beyond).length / parts.length,
            weight: parts.length,
          }]),
        ),
        same_top: { value: same / parts.length, weight: parts.length },
      };
    },
    work: ({ text }) => ({ read: Math.min(tokens, text.length / CHARACTERS_PER_TOKEN), write: 0 }),
    show: ({ tokens: n }) => `${n} distributions`,
  };
}

function compareRows(
  base: Float32Array,
  candidate: Float32Array,
): { readonly kl: number; readonly sameTop: boolean } {
  let [kl, topBase, topCandidate] = [0, 0, 0];
  for (let v = 0; v < base.length; v++) {
    const [p, q] = [base[v]!, candidate[v]!];
    // exp(-25) times any difference seen here is below the noise of 32-bit sums.
    if (!(p <= -25)) kl += Math.exp(p) * (p - q);
    if (p > base[topBase]!) topBase = v;
    if (q > candidate[topCandidate]!) topCandidate = v;
  }
  return { kl: kl < 0 ? 0 : kl, sameTop: topBase === topCandidate };
}
