/**
 * Free greedy answers, audited as answers: how long they get, whether they end, repeat themselves, run over their
 * limit, or hold what is no text. Averages of likelihood do not show these.
 */
import type { Dataset, Prompt } from "../../datasets/mod.ts";
import { endsOf, type Request, type Session } from "../../engine/mod.ts";
import { type Collected, crowded } from "../asking.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";
import { toRequest } from "./token_match.ts";

interface Answer extends Collected {
  readonly text: string;
  readonly stop: readonly number[];
}

/** How long a run of tokens counts as repeated, and how often it must come. */
const GRAM = 8;
const TIMES = 3;

/** An eval over prompts, each answered freely with at most `tokens` tokens. */
export function generated(
  dataset: Dataset<Prompt>,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): Eval<Prompt, Answer> {
  return {
    name: `${dataset.name}_generated`,
    summary: `free answers of at most ${tokens} tokens: length, end, repetition, readability`,
    dataset,
    count,
    params: { tokens },
    sees: ["model", "cache", "decoder", "scheduler"],
    metrics: [
      { name: "overrun", unit: "breaches", better: "lower", rule: "exact", claim: "equivalent" },
      { name: "length", unit: "fraction", better: "same", rule: "guard", allowed: 0.1, claim: "equivalent" },
      { name: "ended", unit: "fraction", better: "same", rule: "guard", allowed: 0.1, claim: "equivalent" },
      { name: "looped", unit: "fraction", better: "lower", rule: "guard", allowed: 0.1, claim: "equivalent" },
      {
        name: "unreadable",
        unit: "fraction",
        better: "lower",
        rule: "guard",
        allowed: 0.02,
        claim: "equivalent",
      },
    ],
    async *ask(session: Session, samples: readonly Prompt[]): AsyncIterable<Answered<Answer>> {
      const stop = endsOf(session.tokenizer);
      const requests = samples.map((sample): Request => ({
        ...toRequest(session, sample, tokens),
        stop,
      }));
      for (const [id, one] of await crowded(session, requests)) {
        if (!requests.some((request) => request.id === id)) continue;
        const body = one.tokens.filter((token) => !stop.includes(token));
        yield { id, answer: { ...one, text: session.tokenizer.decode(body), stop } };
      }
    },
    grade: ({ tokens: told, finish, text, stop }) => ({
      overrun: {
        value: Number(told.length > tokens || told.slice(0, -1).some((token) => stop.includes(token))),
      },
      length: { value: told.length / tokens },
      ended: { value: Number(finish === "stop") },
      looped: { value: Number(loops(told)) },
      unreadable: { value: Number(/\uFFFD|(?![\t\n\r])\p{Cc}/u.test(text)) },
    }),
    work: ({ turns }) => ({ read: turns[0]!.length / CHARACTERS_PER_TOKEN, write: tokens }),
    show: ({ text }) => text,
  };
}

/** Whether some run of `GRAM` tokens comes `TIMES` times or more. */
export function loops(tokens: readonly number[]): boolean {
  const counts = new Map<string, number>();
  for (let i = 0; i + GRAM <= tokens.length; i++) {
    const key = tokens.slice(i, i + GRAM).join(",");
    const count = (counts.get(key) ?? 0) + 1;
    if (count >= TIMES) return true;
    counts.set(key, count);
  }
  return false;
}
