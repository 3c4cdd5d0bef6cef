/**
 * What followed a request's last words where they occurred before, each token with the share of such guesses that came
 * true: all that is looked up is held against what was told since, verified or not.
 */
import type { Sequence } from "../../engine/mod.ts";
import { Acceptance } from "./acceptance.ts";
import { kindOf, OwnTexts } from "./lookup.ts";

/** Tokens that follow one another, and how likely each is right if those before it are. */
export interface LookedUp {
  readonly tokens: readonly number[];
  readonly confidences: readonly number[];
}

interface Told {
  readonly acceptance: Acceptance;
  /** What was looked up last, when the request had so many tokens. */
  guessed: readonly number[];
  kind: number;
  at: number;
}

export class Lookups {
  readonly #texts = new OwnTexts();
  readonly #all = new Acceptance();
  readonly #told = new Map<string, Told>();

  /** At most `most` tokens; none where the last words are new. */
  of(sequence: Sequence, most: number): LookedUp {
    const told = this.#of(sequence);
    const came = sequence.tokens.slice(told.at, told.at + told.guessed.length);
    const wrong = came.findIndex((token, i) => token !== told.guessed[i]);
    if (came.length > 0) told.acceptance.add(told.kind, came.length, wrong < 0 ? came.length : wrong);
    const { length, after } = this.#texts.find(sequence);
    const tokens = length === 0 ? [] : after(most);
    [told.guessed, told.kind, told.at] = [tokens, kindOf(length), sequence.tokens.length];
    const chances = told.acceptance.chances(told.kind, tokens.length);
    return { tokens, confidences: chances.map((chance, i) => chance / (chances[i - 1] ?? 1)) };
  }

  /** Forgets a request. */
  finish(sequence: Sequence): void {
    this.#texts.finish(sequence);
    this.#told.delete(sequence.request.id);
  }

  #of({ request: { id } }: Sequence): Told {
    const told = this.#told.get(id) ?? { acceptance: new Acceptance(this.#all), guessed: [], kind: 0, at: 0 };
    this.#told.set(id, told);
    return told;
  }
}
