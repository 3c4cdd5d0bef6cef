/**
 * Prompt lookup decoding (Saxena, 2023; also n-gram speculation): the longest suffix of the text that occurred before
 * proposes the tokens that followed it then. It is found by a suffix automaton, as in SAM decoding (Hu et al., 2024).
 */
import { type DecoderLive, type Stack, UserError } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { lookup } from "./lookup.ts";

export interface LookupOptions extends Record<string, number> {
  /** Guesses in one step at most. */
  readonly guesses: number;
}

/** Guesses in one step that are verified at most. */
const MOST = 32;
export const USUAL_GUESSES = 24;

/** The technique. @throws {UserError} when a step cannot have so many guesses. */
export function promptLookup({ guesses }: LookupOptions = { guesses: USUAL_GUESSES }): Technique {
  checkGuesses(guesses);
  return {
    name: "prompt_lookup",
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary:
      "Guesses the next tokens from the last place where the same words occurred, and verifies them in one step.",
    source:
      "Saxena, Prompt Lookup Decoding, 2023; Hu et al., SAM Decoding, 2024; Leviathan et al., ICML 2023",
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    transform: (stack: Stack): Stack => ({
      ...stack,
      decoder: { name: "prompt_lookup", params: { guesses }, module: import.meta.url },
    }),
  };
}

/** @throws {UserError} when a step cannot have so many guesses. */
export function checkGuesses(guesses: number): void {
  if (Number.isInteger(guesses) && guesses >= 1 && guesses <= MOST) return;
  throw new UserError(
    `Cannot look up guesses as there must be a whole number of 1 to ${MOST} in a step: found ${guesses}.`,
  );
}

/** Opens the decoder. */
export function open({ guesses }: LookupOptions): DecoderLive {
  return lookup(guesses);
}
