/** What a score of Inspect says: letters and truth values are right or wrong; other values have no direction in a log. */
import { clean, fields } from "./source.ts";

/** C: correct, P: partly, I: incorrect, N: no answer; as Inspect's own value_to_float has them. */
const LETTERS: Readonly<Record<string, number>> = { C: 1, P: 0.5, I: 0, N: 0 };

/** The scores in one value by metric name; "no score" where there is none, another sentence where it is left out. */
export function correctness(scorer: string, value: unknown): readonly (readonly [string, number | string])[] {
  const inner = Object.entries(fields(value));
  if (inner.length > 0) return inner.map(([key, one]) => [`${scorer}/${clean(key, 40)}`, single(one)]);
  return [[scorer, single(value)]];
}

function single(value: unknown): number | string {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string" && Object.hasOwn(LETTERS, value)) return LETTERS[value]!;
  if (value === null || value === undefined || value === "NaN" || typeof value === "string") {
    return "no score";
  }
  return "it is a number, and the log does not say which way it counts";
}
