/**
 * Whether a decoder's own state rots, which leaves every token right and costs speed that short answers do not show. An
 * answer's second half takes as many steps when it goes on as when it is asked anew, after a prompt that holds the
 * first half; and each step that verified guesses is asked anew of a request that begins there, whose guesses are as
 * good.
 */
import type { Dataset, Prompt } from "../../datasets/mod.ts";
import type { Emission, Request, Session } from "../../engine/mod.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";
import { toRequest } from "./token_match.ts";

interface Answer {
  /** Steps that the second half took when it went on, and when it was asked anew. */
  readonly on: number;
  readonly anew: number;
  /** Guesses that the second half verified when it went on, and those that were right then and when asked anew. */
  readonly offered: number;
  readonly right: number;
  readonly rightAnew: number;
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
    metrics: [
      { name: "rot", unit: "fraction", better: "lower", rule: "guard", allowed: 0.1 },
      { name: "wrong", unit: "fraction", better: "lower", rule: "guard", allowed: 0.02 },
    ],
    async *ask(session: Session, samples: readonly Prompt[]): AsyncIterable<Answered<Answer>> {
      for (const sample of samples) {
        const request = toRequest(session, sample, tokens);
        const told: number[] = [];
        const answer = { on: 0, anew: 0, offered: 0, right: 0, rightAnew: 0 };
        let middle: number | undefined;
        for (const step of await stepsOf(session, request)) {
          if (middle !== undefined) {
            answer.on++;
            const { right, offered = 0 } = verified(step);
            if (offered > 0) {
              const again = await once(session, request, told, tokens);
              answer.offered += offered;
              answer.right += right;
              answer.rightAnew += Math.min(offered, again);
            }
          }
          told.push(...step.tokens);
          // The step that passes the middle is counted with the second half by neither.
          if (told.length >= tokens / 2) middle ??= told.length;
        }
        if (middle !== undefined && middle < tokens) {
          const prompt = [...request.prompt, ...told.slice(0, middle)];
          answer.anew = (await stepsOf(session, { ...request, prompt, maxTokens: tokens - middle })).length;
        }
        yield { id: sample.id, answer };
      }
    },
    grade: ({ on, anew, offered, right, rightAnew }) => ({
      rot: { value: (on - anew) / Math.max(1, anew) },
      wrong: { value: offered === 0 ? 0 : (rightAnew - right) / offered, weight: Math.max(1, offered) },
    }),
    work: ({ turns }) => ({
      read: (turns[0]!.length / CHARACTERS_PER_TOKEN + tokens) * (2 + tokens / 8),
      write: tokens * 2,
    }),
    show: ({ on, anew }) => `${on} steps, ${anew} asked anew`,
  };
}

/** What each of the first `count` steps told. */
async function stepsOf(
  session: Session,
  request: Request,
  count = Infinity,
): Promise<readonly Emission[]> {
  const steps: Emission[] = [];
  for await (const step of session.generate([request])) {
    if (steps.push(step) === count) break;
  }
  return steps;
}

/** Guesses of a step, and those that were right. */
function verified({ tokens, offered = 0 }: Emission) {
  return { offered, right: Math.min(offered, tokens.length - 1) };
}

/** How many guesses are right in the step after `told` where a request begins right before it. */
async function once(
  session: Session,
  request: Request,
  told: readonly number[],
  tokens: number,
): Promise<number> {
  const prompt = [...request.prompt, ...told.slice(0, -1)];
  const [first, second] = await stepsOf(
    session,
    { ...request, prompt, maxTokens: tokens - told.length + 1 },
    2,
  );
  // The first step computes the prompt and tells one token; on a warm cache it may guess already.
  return verified(first!.tokens.length > 1 || second === undefined ? first! : second).right;
}
