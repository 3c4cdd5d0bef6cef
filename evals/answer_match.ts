/**
 * Short answers beside the accepted ones, as SQuAD's own script compares them (Rajpurkar et al., 2016 and 2018): without
 * case, punctuation, articles and white space; the best over the accepted answers counts.
 */

/** What stays of an answer. */
export function normalized(answer: string): string {
  return answer
    .toLowerCase()
    .replaceAll(/[!-/:-@[-`{-~]/g, "")
    .replaceAll(/(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu, " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ");
}

/** How an answer says that there is none. */
const NONE: ReadonlySet<string> = new Set(["", "unanswerable"]);

/** Whether the answer is an accepted one; where none is accepted, whether it says so. */
export function exactMatch(answer: string, accepted: readonly string[]): boolean {
  const own = normalized(answer);
  return accepted.length === 0 ? NONE.has(own) : accepted.some((one) => normalized(one) === own);
}

/** Largest F1 of the answer's words and an accepted answer's; where none is accepted, 1 if it says so and 0 if not. */
export function wordF1(answer: string, accepted: readonly string[]): number {
  if (accepted.length === 0) return Number(exactMatch(answer, accepted));
  return Math.max(...accepted.map((one) => f1(wordsOf(answer), wordsOf(one))));
}

function wordsOf(answer: string): readonly string[] {
  return normalized(answer).split(" ").filter((word) => word !== "");
}

function f1(own: readonly string[], other: readonly string[]): number {
  if (own.length === 0 || other.length === 0) return Number(own.length === other.length);
  const left = new Map<string, number>();
  for (const word of other) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of own) {
    const count = left.get(word) ?? 0;
    if (count > 0) common++;
    left.set(word, count - 1);
  }
  return 2 * common / (own.length + other.length);
}
