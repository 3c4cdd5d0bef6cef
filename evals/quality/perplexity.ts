/**
 * Negative log-likelihood of running text, teacher-forced; perplexity is its exponential. Where two stacks cut the text
 * into other tokens, nats per byte are compared (Gao et al., The Pile, 2020), in the reference's tokens.
 */
import type { Dataset, Text } from "../../datasets/mod.ts";
import type { Session } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval, Grade } from "../eval.ts";
import { Positions } from "../positions.ts";

interface Answer {
  /** Of each scored token, in nats. */
  readonly nlls: readonly number[];
  /** UTF-8 bytes that they stand for. */
  readonly bytes: number;
  readonly ids: string;
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
    metrics: [
      { name: "nll", unit: "nats/token", better: "lower", allowed: 0.02, claim: "equivalent" },
      { name: "bits_per_byte", unit: "bits/byte", better: "lower", claim: "equivalent" },
    ],
    async *ask(session: Session, samples: readonly Text[]): AsyncIterable<Answered<Answer>> {
      const cut = new Map(
        samples.map(({ id, text }) => [id, session.tokenizer.encode(text).slice(0, tokens)]),
      );
      const items = [...cut].map(([id, ids]) => ({
        id,
        context: ids.slice(0, 1),
        continuations: [ids.slice(1)],
      }));
      for await (const { id, logProbs: [logProbs] } of session.score(items)) {
        const ids = cut.get(id)!;
        const bytes = new TextEncoder().encode(session.tokenizer.decode(ids.slice(1))).length;
        yield { id, answer: { nlls: Array.from(logProbs!, (value) => -value), bytes, ids: ids.join(" ") } };
      }
    },
    grade: (answer, _sample, reference) => ({
      nll: answer.ids === reference.ids ? perToken(answer) : perByte(answer, reference),
      bits_per_byte: { value: totalOf(answer) / answer.bytes / Math.LN2, weight: answer.bytes },
    }),
    work: ({ text }) => ({ read: Math.min(tokens, text.length / CHARACTERS_PER_TOKEN), write: 0 }),
    show: (answer) => `${(totalOf(answer) / answer.nlls.length).toFixed(4)} nats/token`,
  };
}

const totalOf = ({ nlls }: Answer) => nlls.reduce((sum, v) => sum + v, 0);

function perToken({ nlls }: Answer): Grade {
  const all = new Positions();
  nlls.forEach((value, i) => all.add(value, i + 1));
  return all.grade();
}

/** Nats per byte, times the bytes that one of the reference's tokens stands for. */
function perByte(answer: Answer, { nlls, bytes }: Answer): Grade {
  return { value: totalOf(answer) / answer.bytes * (bytes / nlls.length), weight: nlls.length };
}
