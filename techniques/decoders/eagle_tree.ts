/**
 * The dynamic tree of EAGLE-2 (Li et al., EMNLP 2024): a guess is worth the product of the confidences on its way. Level
 * by level the best guesses are followed further; of all of them the best are verified.
 */
import type { Draft } from "../../engine/mod.ts";

/** A guess. */
export interface Guess {
  readonly token: number;
  /** The guess that it follows, -1 for the sequence's last token. */
  readonly parent: number;
  /** How likely the drafter holds it that all guesses up to this one are right. */
  readonly chance: number;
}

/** The guesses of a sequence, none before the one that it follows. */
export class GuessTree {
  readonly #guesses: Guess[] = [];

  get guesses(): readonly Guess[] {
    return this.#guesses;
  }

  /** How many guesses follow each other at most. */
  get depth(): number {
    const depths: number[] = [];
    for (const { parent } of this.#guesses) depths.push(1 + (depths[parent] ?? 0));
    return Math.max(0, ...depths);
  }

  /**
   * Adds guesses that follow another, with the drafter's confidence in each; returns their places. One that is there
   * already keeps its place, and the higher of both chances.
   */
  grow(parent: number, tokens: readonly number[], confidences: readonly number[]): readonly number[] {
    const before = this.#guesses[parent]?.chance ?? 1;
    return tokens.map((token, i) => {
      const chance = before * confidences[i]!;
      const place = this.#guesses.findIndex((one) => one.parent === parent && one.token === token);
      if (place < 0) return this.#guesses.push({ token, parent, chance }) - 1;
      if (chance > this.#guesses[place]!.chance) this.#guesses[place] = { token, parent, chance };
      return place;
    });
  }

  /** Of some places the `count` best, the best first. */
  best(count: number, places: readonly number[] = [...this.#guesses.keys()]): readonly number[] {
    const chance = (place: number) => this.#guesses[place]!.chance;
    return places.toSorted((a, b) => chance(b) - chance(a) || a - b).slice(0, count);
  }

  /** The guesses that a guess follows and itself, the first one first. */
  path(place: number): readonly number[] {
    return place < 0 ? [] : [...this.path(this.#guesses[place]!.parent), place];
  }

  /** The `count` best guesses; each follows one that is among them, as none is likelier than what it follows. */
  draft(count: number): Draft {
    const kept = this.best(count).toSorted((a, b) => a - b);
    const places = new Map(kept.map((place, i) => [place, i]));
    return {
      tokens: kept.map((place) => this.#guesses[place]!.token),
      parent: kept.map((place) => places.get(this.#guesses[place]!.parent) ?? -1),
    };
  }
}
