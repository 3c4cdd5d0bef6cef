/** Answers that say nothing of a candidate, good or bad: its row is void for this reason. */
export class Unjudged extends Error {
  override name = "Unjudged";
}
