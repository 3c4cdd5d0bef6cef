/**
 * Whether drafting a tree pays for a request: whether its accepted guesses are more than the tokens that plain steps tell
 * in the time that drafting and verifying took, drafts that were not worth verifying included. Where it does not pay a
 * tree is drafted now and then all the same, as what follows may be easier to guess.
 */
import type { Sequence } from "../../engine/mod.ts";
import { ProbeCredit } from "./probe_credit.ts";
import type { StepCost } from "./step_cost.ts";
import { TreeYield } from "./tree_yield.ts";

interface Known {
  /** Of accepted guesses, for each token that plain steps would have told meanwhile. */
  readonly yield: TreeYield;
  readonly credit: ProbeCredit;
  /** Tokens that plain steps would have told in the time of the last tree. */
  spent: number;
}

export class TreeWorth {
  readonly #all = new TreeYield();
  readonly #known = new Map<string, Known>();
  #last = 0;

  constructor(private readonly cost: StepCost) {}

  /** Whether each request of a step is to be drafted for. */
  drafted(sequences: readonly Sequence[]): readonly boolean[] {
    const count = sequences.length;
    // What is measured with guesses says little as long as nothing is measured without.
    if (this.cost.knows(count) && !this.cost.knows(count, count)) return sequences.map(() => false);
    return sequences.map((sequence) => {
      const known = this.#of(sequence);
      return known.yield.ratio >= 1 || known.credit.affords(known.spent || this.#last, count);
    });
  }

  /** Takes in that a request's draft, and what verifying it adds to a step of so many sequences, took so long. */
  took(sequence: Sequence, milliseconds: number, sequences: number): void {
    this.#last = this.#of(sequence).spent = milliseconds * sequences / this.cost.of(sequences, sequences);
  }

  /** Takes in how many guesses of that draft were accepted. */
  observed(sequence: Sequence, accepted: number): void {
    const known = this.#of(sequence);
    known.yield.add(known.spent, accepted);
    known.credit.earned(accepted);
  }

  /** Forgets a request. */
  finish({ request: { id } }: Sequence): void {
    this.#known.delete(id);
  }

  #of({ request: { id } }: Sequence): Known {
    const known = this.#known.get(id) ??
      { yield: new TreeYield(this.#all), credit: new ProbeCredit(), spent: 0 };
    this.#known.set(id, known);
    return known;
  }
}
