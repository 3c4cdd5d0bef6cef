/** Negative log-likelihood per token of running text, teacher-forced; perplexity is its exponential. */
import type { Dataset, Text } from "../../datasets/mod.ts";
import type { Session } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";

interface Answer {
  /** Mean over the scored tokens. */
  readonly nll: number;
  readonly tokens: number;
}

/** An eval over the first `tokens` tokens of each text; the first token is given, the rest are scored. */
export function perplexity(
  dataset: Dataset<Text>,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): Eval<Text, Answer> {
  return {
    name: `${dataset.name}_nll`,
    summary: `negative log-likelihood of the first ${tokens} tokens`,
    dataset,
    count,
    params: { tokens },
    sees: ["model"],
    metrics: [{ name: "nll", unit: "nats/token", better: "lower", allowed: 0.02 }],
    async *ask(session: Session, samples: readonly Text[]): AsyncIterable<Answered<Answer>> {
      const items = samples.map(({ id, text }) => {
        const ids = session.tokenizer.encode(text).slice(0, tokens);
        return { id, context: ids.slice(0, 1), continuations: [ids.slice(1)] };
      });
      for await (const { id, logProbs: [logProbs] } of session.score(items)) {
        const sum = logProbs!.reduce((total, v) => total - v, 0);
        yield { id, answer: { nll: sum / logProbs!.length, tokens: logProbs!.length } };
      }
    },
    grade: ({ nll, tokens: weight }) => ({ nll: { value: nll, weight } }),
    work: ({ text }) => ({ read: Math.min(tokens, text.length / CHARACTERS_PER_TOKEN), write: 0 }),
    show: ({ nll }) => `${nll.toFixed(4)} nats/token`,
  };
}
