/**
 * How many guesses are accepted for each that was to be, like those that were expected. What was counted of a request,
 * which it slowly forgets, is drawn towards what was counted of all of them, and that towards one for each.
 */

/** Guesses that what is believed beforehand weighs as much as. */
const WEIGHT = 1;
/** What is left of a count after each further verification: of a request, and of all. */
const REQUEST_KEEPS = 0.97;
const ALL_KEEP = 0.99;

export class TreeYield {
  #accepted = 0;
  #due = 0;

  /** Of a request, where `all` is given; otherwise of all of them. */
  constructor(private readonly all?: TreeYield) {}

  /** Takes in how many guesses of a tree were accepted where so many were to be. */
  add(due: number, accepted: number): void {
    const keeps = this.all ? REQUEST_KEEPS : ALL_KEEP;
    this.#accepted = keeps * this.#accepted + accepted;
    this.#due = keeps * this.#due + due;
    this.all?.add(due, accepted);
  }

  /** Accepted guesses for each that was to be. */
  get ratio(): number {
    return (this.#accepted + WEIGHT * (this.all?.ratio ?? 1)) / (this.#due + WEIGHT);
  }
}
