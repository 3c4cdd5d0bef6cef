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

/** The texts of running requests, in which each may look for what followed its own last words. */
export class OwnTexts {
  readonly #texts = new Map<string, SuffixAutomaton>();

  find({ request: { id }, tokens }: Sequence): Found {
    const text = this.#texts.get(id) ?? new SuffixAutomaton();
    this.#texts.set(id, text);
    while (text.size < tokens.length) text.append(tokens[text.size]!);
    return { ...text.match, after: (count) => text.after(text.match.end, count, true) };
  }

  finish({ request: { id } }: Sequence): void {
    this.#texts.delete(id);
  }
}

/** Opens a decoder that looks up, for at most so many guesses in a step. */
export function lookup(guesses: number, elsewhere?: Elsewhere): DecoderLive {
  const pace = new Pace();
  const texts = new OwnTexts();
  const find = (sequence: Sequence): Found => {
    const [own, other] = [texts.find(sequence), elsewhere?.find(sequence)];
    return other !== undefined && other.length > own.length ? other : own;
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
      texts.finish(sequence);
      pace.finish(sequence);
      elsewhere?.finish(sequence);
    },
  };
}

/** Matches of 1, 2, 3-4, 5-8, 9-16 and more tokens. */
export function kindOf(length: number): number {
  return Math.min(KINDS - 1, Math.ceil(Math.log2(Math.max(1, length))));
}
