/**
 * Whether a decoder's own state rots. An answer's second half takes as many steps when it goes on as when it is asked
 * anew, after a prompt that holds the first half. Drafts that fall behind leave every token right and cost speed that
 * short answers do not show.
 */
import type { Dataset, Prompt } from "../../datasets/mod.ts";
import type { Request, Session } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";
import { toRequest } from "./token_match.ts";

interface Answer {
  /** Steps that the second half took when it went on, and when it was asked anew. */
  readonly on: number;
  readonly anew: number;
}

/** An eval over prompts, each answered with `tokens` tokens. */
export function drafts(
  dataset: Dataset<Prompt>,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): Eval<Prompt, Answer> {
  return {
    name: `${dataset.name}_drafts`,
    summary: `steps of the second half of ${tokens} tokens, going on beside asked anew`,
    dataset,
    count,
    params: { tokens },
    sees: ["decoder"],
    metrics: [{ name: "rot", unit: "fraction", better: "lower", rule: "guard", allowed: 0.1 }],
    async *ask(session: Session, samples: readonly Prompt[]): AsyncIterable<Answered<Answer>> {
      for (const sample of samples) {
        const request = toRequest(session, sample, tokens);
        const whole = await stepsOf(session, request);
        // The step that passes the middle is counted with the second half by neither.
        const middle = whole.find((told) => told.length >= tokens / 2)!;
        const on = whole.length - 1 - whole.indexOf(middle);
        const left = tokens - middle.length;
        if (left <= 0) {
          yield { id: sample.id, answer: { on: 0, anew: 0 } };
          continue;
        }
        const prompt = [...request.prompt, ...middle];
        const anew = await stepsOf(session, { ...request, prompt, maxTokens: left });
        yield { id: sample.id, answer: { on, anew: anew.length } };
      }
    },
    grade: ({ on, anew }) => ({ rot: { value: (on - anew) / Math.max(1, anew) } }),
    work: ({ turns }) => ({ read: turns[0]!.length * 2 / CHARACTERS_PER_TOKEN, write: tokens * 1.5 }),
    show: ({ on, anew }) => `${on} steps, ${anew} asked anew`,
  };
}

/** The answer as it stood after each step. */
async function stepsOf(session: Session, request: Request): Promise<readonly (readonly number[])[]> {
  const states: (readonly number[])[] = [];
  for await (const { tokens } of session.generate([request])) {
    states.push([...states.at(-1) ?? [], ...tokens]);
  }
  return states;
}
