/** What a drafter takes for guesses that follow one another, for each of them: a median, as its first runs are slow. */
import { median } from "./step_cost.ts";

/** Times that are kept, and how many say what it takes. */
const KEPT = 9;
const ENOUGH = 3;

export class LevelTime {
  readonly #times: number[] = [];

  /** Takes in what drafting `depth` guesses after one another took. */
  add(depth: number, milliseconds: number): void {
    if (depth < 1) return;
    this.#times.push(milliseconds / depth);
    if (this.#times.length > KEPT) this.#times.shift();
  }

  /** Of one guess; 0 as long as little is known. */
  get milliseconds(): number {
    return this.#times.length >= ENOUGH ? median(this.#times) : 0;
  }
}
