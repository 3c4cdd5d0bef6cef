/**
 * How many guesses each request gets in a step: those that make the most tokens a millisecond (the goodput of
 * TurboSpec; Liu et al., 2024), by how guesses of the request fared and by what steps took. All requests of a step share
 * its time, so that guesses are chosen among all of them, the likeliest first. Where none pays, a request gets none, but
 * for a probe now and then. What tokens were drawn plays no part in it.
 */
import type { Sequence, StepTime } from "../../engine/mod.ts";
import { Acceptance } from "./acceptance.ts";
import { median, StepCost } from "./step_cost.ts";

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
/** The share of the steps' time that probes may take, and their guesses. */
const PROBING = 0.01;
const PROBE = 2;
/** What a probe that did well may save up for others, in steps. */
const SAVED = 1;
/** In one of so many steps guesses are cut to a power of two of rows that was not timed yet, where there is one. */
const SURVEYING = 8;
const FIRST_SURVEYED = 8;
/** Times of the drafter that are kept, and how many say what it takes: its first runs are slow. */
const KEPT = 9;
const ENOUGH = 3;

interface Paced {
  readonly acceptance: Acceptance;
  /** Time that probes may take, in steps without guesses. */
  credit: number;
  kind: number;
  probing: boolean;
}

export class Pace {
  readonly #cost = new StepCost();
  readonly #all = new Acceptance();
  readonly #paced = new Map<string, Paced>();
  readonly #drafting: number[] = [];
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
      paced.probing = lengths[i] === 0 && room > 0 && this.#affords(paced, Math.min(room, PROBE), sequences);
      if (paced.probing) lengths[i] = Math.min(room, PROBE);
    });
    return lengths;
  }

  /** Takes in how many of the guesses that a request was given last were accepted: the first ones. */
  observed(sequence: Sequence, offered: number, accepted: number): void {
    const paced = this.#of(sequence);
    paced.acceptance.add(paced.kind, offered, accepted);
    if (paced.probing) paced.credit = Math.min(SAVED, paced.credit + accepted);
  }

  /** Takes in what a step took. */
  timed(step: StepTime): void {
    this.#cost.timed(step);
  }

  /** Takes in what the drafter took for guesses of a step, `depth` after one another. */
  drafted(depth: number, milliseconds: number): void {
    if (depth < 1) return;
    this.#drafting.push(milliseconds / depth);
    if (this.#drafting.length > KEPT) this.#drafting.shift();
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
    const timed = this.#drafting.length >= ENOUGH && this.#cost.knows(sequences);
    return this.#cost.of(sequences + guesses, sequences) + (timed ? deepest * median(this.#drafting) : 0);
  }

  /** Whether a request without guesses has saved up for a probe, which it then pays for. */
  #affords(paced: Paced, guesses: number, sequences: number): boolean {
    paced.credit += PROBING / sequences;
    const price = this.#milliseconds(guesses, sequences, guesses) / this.#cost.of(sequences, sequences) - 1;
    if (paced.credit < price) return false;
    paced.credit -= Math.max(0, price);
    return true;
  }

  #of({ request: { id } }: Sequence): Paced {
    const paced = this.#paced.get(id) ??
      { acceptance: new Acceptance(this.#all), credit: 0, kind: 0, probing: false };
    this.#paced.set(id, paced);
    return paced;
  }
}
