/**
 * How many guesses of trees are accepted, as a ratio to what was expected of them. What was counted of a
 * request, which it slowly forgets, is drawn towards what was counted of all of them, and that towards what is expected.
 */

/** Accepted guesses that what is believed beforehand weighs as much as. */
const WEIGHT = 1;
/** What is left of a count after each further verification: of a request, and of all. */
const REQUEST_KEEPS = 0.97;
const ALL_KEEP = 0.99;

export class TreeYield {
  #accepted = 0;
  #expected = 0;

  /** Of a request, where `all` is given; otherwise of all of them. */
  constructor(private readonly all?: TreeYield) {}

  /** Takes in how many guesses of a tree were accepted where so many were expected. */
  add(expected: number, accepted: number): void {
    const keeps = this.all ? REQUEST_KEEPS : ALL_KEEP;
    this.#accepted = keeps * this.#accepted + accepted;
    this.#expected = keeps * this.#expected + expected;
    this.all?.add(expected, accepted);
  }

  /** Accepted guesses for each that is expected. */
  get ratio(): number {
    return (this.#accepted + WEIGHT * (this.all?.ratio ?? 1)) / (this.#expected + WEIGHT);
  }
}
