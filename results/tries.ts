/** How often a row was tried before it came out as it did: a rerun until it passes is told from a first pass. */
import { type Word, word } from "./explain.ts";
import type { Recording } from "./recording.ts";
import { scopeOf } from "./scope.ts";

export interface Tries {
  /** Tries under this name in this scope up to this one, this one included, whatever came of them. */
  readonly count: number;
  /** How many of those before it were refused: failed, undecided or void. */
  readonly refused: number;
}

/** What counting needs to know of a recording. */
export interface Try {
  readonly id: string;
  readonly scope: string;
  readonly at: number;
  readonly name: string;
  readonly word: Word;
}

export const tryOf = (recording: Recording): Try => ({
  id: recording.id,
  scope: scopeOf(recording),
  at: recording.stamp.at,
  name: recording.outcome.trial.name,
  word: word(recording.outcome),
});

/** The tries of a recording among those of its scope; what the engine could not run was no try. */
export function triesOf({ id, stamp, outcome }: Recording, tried: readonly Try[]): Tries {
  const before = tried.filter((other) =>
    other.id !== id && other.name === outcome.trial.name && other.word !== "SKIPPED" && other.at <= stamp.at
  );
  return {
    count: before.length + 1,
    refused: before.filter(({ word }) => word !== "PASS" && word !== "HELD").length,
  };
}

/** e.g. "3rd try, 2 refused"; nothing for a first try. */
export function saidTries({ count, refused }: Tries): string | undefined {
  if (count === 1) return undefined;
  return `${ordinal(count)} try, ${refused === 0 ? "none" : refused} refused`;
}

const ENDINGS = { one: "st", two: "nd", few: "rd", other: "th", many: "th", zero: "th" } as const;
const RULES = new Intl.PluralRules("en", { type: "ordinal" });

/** e.g. "3rd", "11th". */
const ordinal = (n: number): string => `${n}${ENDINGS[RULES.select(n)]}`;
