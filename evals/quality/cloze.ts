/** The last word of a passage, as LAMBADA asks it (Paperno et al., 2016): right when every token of it is the likeliest. */
import type { Cloze, Dataset } from "../../datasets/mod.ts";
import type { Session } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";
import { encodePair } from "./multiple_choice.ts";

interface Answer {
  readonly right: boolean;
  /** Of the whole word. */
  readonly logProb: number;
  readonly tokens: number;
}

/** An eval over passages with a missing last word. */
export function cloze(dataset: Dataset<Cloze>, { count }: { readonly count: number }): Eval<Cloze, Answer> {
  return {
    name: dataset.name,
    summary: "the last word, by greedy choice",
    dataset,
    count,
    sees: ["model"],
    metrics: [
      { name: "acc", unit: "fraction", better: "higher", allowed: 0.02, chance: 0, claim: "equivalent" },
      { name: "word_nll", unit: "nats/token", better: "lower", claim: "equivalent" },
    ],
    async *ask(session: Session, samples: readonly Cloze[]): AsyncIterable<Answered<Answer>> {
      const items = samples.map((sample) => {
        const { context, continuation } = encodePair(session.tokenizer, sample.context, sample.target);
        return { id: sample.id, context, continuations: [continuation] };
      });
      for await (const { id, logProbs: [logProbs], tops: [tops] } of session.score(items)) {
        const right = logProbs!.every((value, i) => value >= tops![i]!);
        const logProb = logProbs!.reduce((sum, v) => sum + v, 0);
        yield { id, answer: { right, logProb, tokens: logProbs!.length } };
      }
    },
    grade: ({ right, logProb, tokens }) => ({
      acc: { value: Number(right) },
      word_nll: { value: -logProb / tokens, weight: tokens },
    }),
    work: ({ context, target }) => ({ read: (context + target).length / CHARACTERS_PER_TOKEN, write: 0 }),
    show: ({ right, logProb }, sample) =>
      `${right ? "found" : "missed"} "${sample.target.trim()}" (${logProb.toFixed(2)} nats)`,
  };
}
