/**
 * Proof that a technique ran. One that never did leaves every answer and every time as it was: it would pass all
 * checks, and its label would be credited with what others did.
 */
import type { Technique } from "../techniques/mod.ts";
import type { Check } from "./outcome.ts";

/** Which technique the counters of the session that was raced show idle, in words. */
export function idle(
  techniques: readonly Technique[],
  counters: Readonly<Record<string, number>>,
): string | undefined {
  const one = techniques.find((technique) => technique.engaged?.(counters) === false);
  return one && `${one.name} never ran: ${JSON.stringify(counters)}`;
}

/**
 * Which technique changed nothing, in words: it claims answers that differ within margins, and every likelihood equals
 * that of the stack beneath to the bit. `steps`: the checks of each technique beside the stack beneath it. A technique
 * whose counters prove that it ran needs no other proof.
 */
export function unchanged(
  techniques: readonly Technique[],
  steps: readonly (readonly Check[])[],
): string | undefined {
  for (const [i, { name, slot, claim, engaged }] of techniques.entries()) {
    if (slot !== "model" || claim === "identical" || engaged !== undefined) continue;
    const likelihoods = steps[i]!.filter(({ unit }) => unit === "nats/token");
    const samples = likelihoods.flatMap(({ samples }) => samples);
    if (samples.length > 0 && samples.every(({ base, candidate }) => base === candidate)) {
      return `${name} changed nothing: ${samples.length} likelihoods equal those of the stack beneath to the bit`;
    }
  }
  return undefined;
}
