/**
 * Proof that a technique ran, and the engine for every answer. A technique that never ran leaves every answer and every
 * time as it was: it would pass all checks, and its label would be credited with what others did.
 */
import type { Technique } from "../techniques/mod.ts";
import type { Session, SlotName } from "../engine/mod.ts";
import type { Sample } from "../datasets/mod.ts";
import type { Answered, Eval } from "./eval.ts";
import type { Check } from "./outcome.ts";
import { Unjudged } from "./unjudged.ts";

/** Which technique the counters of the session that was raced show idle, in words. */
export function idle(
  techniques: readonly Technique[],
  counters: Readonly<Record<string, number>>,
): string | undefined {
  const one = techniques.find((technique) => technique.engaged?.(counters) === false);
  return one && `${one.name} never ran: ${JSON.stringify(counters)}`;
}

/** The slots that likelihoods are computed with, whatever is emitted. */
const COMPUTING: readonly SlotName[] = ["model", "cache"];

/**
 * Which technique changed nothing, in words: it claims answers that differ within margins, and every likelihood equals
 * that of the stack beneath to the bit. Either it did nothing, or no question reached it; what it may do elsewhere was
 * not judged. `steps`: the checks of each technique beside the stack beneath it.
 */
export function unchanged(
  techniques: readonly Technique[],
  steps: readonly (readonly Check[])[],
): string | undefined {
  for (const [i, { name, slot, claim }] of techniques.entries()) {
    if (claim === "identical" || !COMPUTING.includes(slot)) continue;
    const likelihoods = steps[i]!.filter(({ unit }) => unit === "nats/token");
    const samples = likelihoods.flatMap(({ samples }) => samples);
    if (samples.length > 0 && samples.every(({ base, candidate }) => base === candidate)) {
      return `${name} changed nothing: ${samples.length} likelihoods equal those of the stack beneath to the bit`;
    }
  }
  return undefined;
}

/**
 * Asks an eval's questions.
 * @throws {Unjudged} when the session's counters show that its answers came from elsewhere.
 */
export async function* earned<S extends Sample, A>(
  e: Eval<S, A>,
  session: Session,
  samples: readonly S[],
): AsyncIterable<Answered<A>> {
  const before = (await session.stats()).counters;
  let answers = 0;
  for await (const answer of e.ask(session, samples)) {
    answers++;
    yield answer;
  }
  const after = (await session.stats()).counters;
  const grown = (name: string) => {
    const count = after[name];
    return count === undefined ? undefined : count - (before[name] ?? 0);
  };
  const [told, scored] = [grown("tokens"), grown("scoredTokens")];
  if (told === undefined && scored === undefined) return;
  const computed = (told ?? 0) + (scored ?? 0);
  if (computed < answers) {
    throw new Unjudged(
      `answers to ${e.name} came without the engine: it computed ${computed} tokens for ${answers} of them`,
    );
  }
  const served = e.sees.filter((slot) => slot !== "model");
  if (told === 0 && served.length > 0) {
    throw new Unjudged(`${e.name} is said to see the ${served[0]} slot, and had no token of it`);
  }
}
