/**
 * How many guesses each request gets in a step: those that make the most tokens a millisecond (the goodput of
 * TurboSpec; Liu et al., 2024), by how guesses of the request fared and by what steps took. All requests of a step share
 * its time, so that guesses are chosen among all of them, the likeliest first. Where none pays, a request gets none, but
 * for a probe now and then. What tokens were drawn plays no part in it.
 */
import type { Sequence, StepTime } from "../../engine/mod.ts";
import { Acceptance } from "./acceptance.ts";
import { LevelTime } from "./level_time.ts";
import { ProbeCredit } from "./probe_credit.ts";
import { StepCost } from "./step_cost.ts";

/** A request that could be given guesses. */
export interface Offer {
  readonly sequence: Sequence;
  /** Guesses that it could be given at most, each following the one before. */
  readonly room: number;
  /** How good the evidence for them is, 0 to KINDS - 1: kinds of evidence are counted apart. */
  readonly kind?: number;
}

/** Guesses must promise this much over none, as estimates err. */
const WORTH = 1.02;
/** Guesses of a probe. */
const PROBE = 2;
/** In one of so many steps guesses are cut to a power of two of rows that was not timed yet, where there is one. */
const SURVEYING = 8;
const FIRST_SURVEYED = 8;

interface Paced {
  readonly acceptance: Acceptance;
  readonly credit: ProbeCredit;
  kind: number;
}

export class Pace {
  readonly #cost = new StepCost();
  readonly #all = new Acceptance();
  readonly #paced = new Map<string, Paced>();
  readonly #level = new LevelTime();
  #steps = 0;

  /** Guesses for each request that takes part in a step; 0 to its room. */
  lengths(offers: readonly Offer[]): number[] {
    const sequences = offers.length;
    // What is measured with guesses says little as long as nothing is measured without.
    if (this.#cost.knows(sequences) && !this.#cost.knows(sequences, sequences)) return offers.map(() => 0);
    const lengths = this.#best(offers);
    offers.forEach(({ sequence, room, kind = 0 }, i) => {
      const paced = this.#of(sequence);
      paced.kind = kind;
      if (lengths[i]! > 0) return paced.credit.none();
      const probe = Math.min(room, PROBE);
      if (probe > 0 && paced.credit.affords(this.#price(probe, sequences), sequences)) lengths[i] = probe;
    });
    return lengths;
  }

  /** Takes in how many of the guesses that a request was given last were accepted: the first ones. */
  observed(sequence: Sequence, offered: number, accepted: number): void {
    const paced = this.#of(sequence);
    paced.acceptance.add(paced.kind, offered, accepted);
    paced.credit.earned(accepted);
  }

  /** Takes in what a step took. */
  timed(step: StepTime): void {
    this.#cost.timed(step);
  }

  /** Takes in what the drafter took for guesses of a step, `depth` after one another. */
  drafted(depth: number, milliseconds: number): void {
    this.#level.add(depth, milliseconds);
  }

  /** Forgets a request. */
  finish({ request: { id } }: Sequence): void {
    this.#paced.delete(id);
  }

  #best(offers: readonly Offer[]): number[] {
    const sequences = offers.length;
    const guesses = offers.flatMap(({ sequence, room, kind = 0 }, of) =>
      this.#of(sequence).acceptance.chances(kind, room).map((chance, i) => ({ of, depth: i + 1, chance }))
    ).sort((a, b) => b.chance - a.chance || a.depth - b.depth);
    let best = WORTH * sequences / this.#cost.of(sequences, sequences);
    let [tokens, deepest, kept] = [sequences, 0, 0];
    for (const [i, { depth, chance }] of guesses.entries()) {
      tokens += chance;
      deepest = Math.max(deepest, depth);
      const rate = tokens / this.#milliseconds(i + 1, sequences, deepest);
      if (rate > best) [best, kept] = [rate, i + 1];
    }
    const lengths = offers.map(() => 0);
    for (const { of } of guesses.slice(0, this.#surveyed(kept, sequences))) lengths[of]!++;
    return lengths;
  }

  /** So many guesses, or fewer where steps of fewer rows are to be timed. */
  #surveyed(guesses: number, sequences: number): number {
    if (++this.#steps % SURVEYING > 0 || !this.#cost.knows(sequences)) return guesses;
    for (let rows = FIRST_SURVEYED; rows < sequences + guesses; rows *= 2) {
      if (rows > sequences && !this.#cost.knows(sequences, rows)) return rows - sequences;
    }
    return guesses;
  }

  #milliseconds(guesses: number, sequences: number, deepest: number): number {
    const drafting = this.#cost.knows(sequences) ? deepest * this.#level.milliseconds : 0;
    return this.#cost.of(sequences + guesses, sequences) + drafting;
  }

  /** What guesses for one request take, in steps without. */
  #price(guesses: number, sequences: number): number {
    return this.#milliseconds(guesses, sequences, guesses) / this.#cost.of(sequences, sequences) - 1;
  }

  #of({ request: { id } }: Sequence): Paced {
    const paced = this.#paced.get(id) ??
      { acceptance: new Acceptance(this.#all), credit: new ProbeCredit(), kind: 0 };
    this.#paced.set(id, paced);
    return paced;
  }
}
