/**
 * Prompt lookup that also looks into earlier answers of the same tenant (as REST, He et al., 2024, looks into a store and
 * SuffixDecoding, Oliaro et al., 2024, into earlier outputs). The longer match proposes.
 */
import type { DecoderLive, Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { type AnswerReader, EarlierAnswers } from "./earlier_answers.ts";
import { lookup } from "./lookup.ts";
import { checkGuesses, USUAL_GUESSES } from "./prompt_lookup.ts";

export interface AnswerLookupOptions extends Record<string, number> {
  /** Guesses in one step at most. */
  readonly guesses: number;
  /** Tokens of answers that are kept at most, of all tenants together. */
  readonly tokens: number;
}

const USUAL: AnswerLookupOptions = { guesses: USUAL_GUESSES, tokens: 65_536 };

/** The technique. @throws {UserError} when a step cannot have so many guesses. */
export function answerLookup({ guesses, tokens }: AnswerLookupOptions = USUAL): Technique {
  checkGuesses(guesses);
  return {
    name: "answer_lookup",
    slot: "decoder",
    claim: "identical",
    bottleneck: "sequential-decode",
    scope: "per-request",
    summary:
      "Guesses the next tokens from the request's own text and from earlier answers of the same tenant.",
    source: "He et al., REST, NAACL 2024; Oliaro et al., SuffixDecoding, 2024",
    engaged: (counters) => (counters.accepted ?? 0) > 0,
    transform: (stack: Stack): Stack => ({
      ...stack,
      decoder: { name: "answer_lookup", params: { guesses, tokens }, module: import.meta.url },
    }),
  };
}

/** Opens the decoder. */
export function open({ guesses, tokens: limit }: AnswerLookupOptions): DecoderLive {
  const earlier = new EarlierAnswers(limit);
  const readers = new Map<string, AnswerReader>();
  return lookup(guesses, {
    find({ request: { id, tenant = "" }, tokens }) {
      const reader = readers.get(id) ?? earlier.reader(tenant);
      readers.set(id, reader);
      return reader.find(tokens);
    },
    finish({ request: { id, tenant = "" }, tokens, prompted }) {
      readers.delete(id);
      earlier.add(tenant, tokens.slice(prompted));
    },
  });
}
