/**
 * Guesses from text that was there before: of the places where the longest suffix of a request occurred, in the request
 * itself or where else it may look, what followed. The longer the match, the better the evidence.
 */
import { type Asking, chain, type DecoderLive, type Sequence } from "../../engine/mod.ts";
import { KINDS } from "./acceptance.ts";
import type { Found } from "./earlier_answers.ts";
import { Pace } from "./pace.ts";
import { SuffixAutomaton } from "./suffix_automaton.ts";

/** Where else a request may look. */
export interface Elsewhere {
  /** The longest suffix of a request's tokens that occurs there. */
  find(sequence: Sequence): Found | undefined;
  /** Told when a request ends. */
  finish(sequence: Sequence): void;
}

/** Opens a decoder that looks up, for at most so many guesses in a step. */
export function lookup(guesses: number, elsewhere?: Elsewhere): DecoderLive {
  const pace = new Pace();
  const texts = new Map<string, SuffixAutomaton>();
  const find = (sequence: Sequence): Found => {
    const { request: { id }, tokens } = sequence;
    const text = texts.get(id) ?? new SuffixAutomaton();
    texts.set(id, text);
    while (text.size < tokens.length) text.append(tokens[text.size]!);
    const other = elsewhere?.find(sequence);
    if (other !== undefined && other.length > text.match.length) return other;
    return { ...text.match, after: (count) => text.after(text.match.end, count, true) };
  };
  return {
    propose(asking: readonly Asking[]) {
      const offers = asking.map(({ sequence, room }) => {
        const { length, after } = find(sequence);
        const following = length === 0 ? [] : after(Math.min(room, guesses));
        return { sequence, following, room: following.length, kind: kindOf(length) };
      });
      const lengths = pace.lengths(offers);
      return offers.map(({ following }, i) => chain(following.slice(0, lengths[i])));
    },
    observe: (sequence, offered, accepted) => pace.observed(sequence, offered, accepted),
    timed: (step) => pace.timed(step),
    finish(sequence) {
      texts.delete(sequence.request.id);
      pace.finish(sequence);
      elsewhere?.finish(sequence);
    },
  };
}

/** Matches of 1, 2, 3-4, 5-8, 9-16 and more tokens. */
function kindOf(length: number): number {
  return Math.min(KINDS - 1, Math.ceil(Math.log2(Math.max(1, length))));
}
