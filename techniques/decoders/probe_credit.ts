/** Time that a request may spend on guesses that do not seem to pay, to find out when they do again. */

/** The share of the steps' time that probes may take, and their guesses. */
const PROBING = 0.01;
/** What a probe that did well may save up for others, in steps. */
const SAVED = 1;

export class ProbeCredit {
  /** In steps without guesses. */
  #credit = 0;
  #probing = false;

  /** Whether there is enough saved up for a probe of such a price in a step of so many sequences, which it then pays. */
  affords(price: number, sequences: number): boolean {
    this.#credit += PROBING / sequences;
    this.#probing = this.#credit >= price;
    if (this.#probing) this.#credit -= Math.max(0, price);
    return this.#probing;
  }

  /** Takes in how many guesses were accepted of the last ones: those of a probe that does well pay for others. */
  earned(accepted: number): void {
    if (this.#probing) this.#credit = Math.min(SAVED, this.#credit + accepted);
  }

  /** Takes in that guesses were given that are no probe. */
  none(): void {
    this.#probing = false;
  }
}
