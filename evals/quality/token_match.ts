/**
 * Greedy tokens beside those of the stack beneath, asked alone and in a crowd. At the first divergence the stack
 * beneath must have been at a numerical tie: its margin within what its own rounding turns over (see noise.ts). Ties
 * may not outnumber those of rounding, nor margins drift further than it moves them.
 */
import { charactersOf, type Dataset, messagesOf, type Prompt } from "../../datasets/mod.ts";
import { endsOf, type Request, type Session, UserError } from "../../engine/mod.ts";
import { alone, type Collected, crowded } from "../asking.ts";
import { CHARACTERS_PER_TOKEN } from "../estimate.ts";
import type { Answered, Eval } from "../eval.ts";
import { band, driftOf, joined, meanDrift, NO_NOISE, type Noise, tieRate } from "../noise.ts";

export interface Transcript {
  readonly tokens: readonly number[];
  /** Greedy top-1 minus top-2 logit where each token was chosen. */
  readonly margins: readonly number[];
}

interface Answer {
  readonly alone: Collected;
  readonly crowded: Collected;
  readonly text: string;
}

/** An eval over prompts, each answered with at most `tokens` tokens. */
export function tokenMatch(
  dataset: Dataset<Prompt>,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): Eval<Prompt, Answer> {
  return {
    name: `${dataset.name}_match`,
    summary: `greedy tokens equal to those of the stack beneath, ${tokens} a prompt, alone and in a crowd`,
    dataset,
    count,
    params: { tokens },
    greedy: true,
    sees: ["model", "cache", "decoder", "scheduler"],
    metrics: [
      { name: "divergent", unit: "breaches", better: "lower", rule: "exact", claim: "identical" },
      { name: "ties", unit: "fraction", better: "lower", rule: "guard", allowed: 0, claim: "identical" },
      { name: "drift", unit: "logits", better: "lower", rule: "guard", allowed: 1, claim: "identical" },
    ],
    async *ask(session: Session, samples: readonly Prompt[]): AsyncIterable<Answered<Answer>> {
      const requests = samples.map((sample): Request => ({
        ...toRequest(session, sample, tokens),
        stop: endsOf(session.tokenizer),
      }));
      const [one, many] = [await alone(session, requests), await crowded(session, requests)];
      for (const { id } of requests) {
        const text = session.tokenizer.decode([...one.get(id)!.tokens]);
        yield { id, answer: { alone: one.get(id)!, crowded: many.get(id)!, text } };
      }
    },
    grade(answer, _sample, reference, noise = NO_NOISE) {
      if (answer === reference) {
        return { divergent: { value: 0 }, ties: { value: tieRate(noise) }, drift: { value: 1 } };
      }
      const found = [answer.alone, answer.crowded].map((one) =>
        divergence(reference.alone, one, band(noise))
      );
      const ties = found.filter(({ tie }) => tie).length / found.length;
      return {
        divergent: { value: Number(found.some(({ breach }) => breach)) },
        ties: { value: ties },
        drift: { value: meanDrift(noiseOf(answer, reference)) / meanDrift(noise) },
      };
    },
    noiseOf,
    work: (prompt) => ({ read: 2 * charactersOf(prompt) / CHARACTERS_PER_TOKEN, write: 2 * tokens }),
    show: ({ text }) => text,
  };
}

/**
 * The request for a prompt's first turn, in the model's chat format; exactly `maxTokens` tokens.
 * @throws {UserError} when the context has no room for a prompt beside them.
 */
export function toRequest(session: Session, prompt: Prompt, maxTokens: number): Request {
  if (maxTokens >= session.context) {
    throw new UserError(
      `Cannot ask for ${maxTokens} tokens as prompt and answer must fit the model's context of ${session.context}.`,
    );
  }
  const { id, tenant, conversation } = prompt;
  const ids = session.tokenizer.chat([...messagesOf(prompt)]);
  return {
    id,
    prompt: ids.slice(0, session.context - maxTokens),
    maxTokens,
    stop: [],
    ...(tenant === undefined ? {} : { tenant }),
    ...(conversation === undefined ? {} : { conversation }),
  };
}

/** How far margins moved up to the first divergence, and what turned over there. */
function noiseOf(answer: Answer, reference: Answer): Noise {
  return joined([answer.alone, answer.crowded].map((one) => between(one, reference.alone)));
}

function between(one: Transcript, reference: Transcript): Noise {
  const at = first(one.tokens, reference.tokens);
  // An engine that tells no margins shows where it turns over alone.
  const told = one.margins.every(Number.isFinite);
  const drift = driftOf(told ? one.margins.slice(0, at) : [], reference.margins);
  if (at === Math.max(one.tokens.length, reference.tokens.length)) return drift;
  // What was ahead by one margin is behind by the other.
  const turned = (reference.margins[at] ?? 0) + (told ? one.margins[at] ?? 0 : 0);
  return {
    ...drift,
    drift: Math.max(drift.drift, turned),
    sum: drift.sum + turned,
    positions: drift.positions + 1,
    ties: 1,
  };
}

/** Index of the first difference; the longer one's length where there is none. */
function first(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return length;
}

/** Whether the first difference is a breach, or a tie of the reference; neither where there is none. */
export function divergence(
  reference: Transcript,
  answer: Pick<Transcript, "tokens">,
  band: number,
): { readonly breach: boolean; readonly tie: boolean } {
  const at = first(reference.tokens, answer.tokens);
  if (at === Math.max(reference.tokens.length, answer.tokens.length)) return { breach: false, tie: false };
  const tie = (reference.margins[at] ?? Infinity) <= band && answer.tokens[at] !== undefined;
  return { breach: !tie, tie };
}
