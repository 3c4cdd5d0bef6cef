/** The whole account of a recording: the verdict in words, every check with its figures, and the samples that decided. */
import type { Check, Imported, Interval, PairedSample, Slice, TrialWeights } from "../evals/mod.ts";
import type { Composition } from "./composition.ts";
import { explain, explainCheck, type Word, word } from "./explain.ts";
import { flips } from "./flips.ts";
import { apartOf } from "./leaderboard.ts";
import { losing } from "./losing.ts";
import { saidWeights } from "./making.ts";
import type { Origin, Recording, Shelved, Stamp } from "./recording.ts";
import { type Tries, triesOf, type Try, tryOf } from "./tries.ts";
import { byWeight } from "./worst.ts";

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly suite: string;
  readonly word: Word;
  readonly why: readonly string[];
  /** Where it is slower or keeps users waiting, though it passed. */
  readonly loses: readonly string[];
  readonly weights?: TrialWeights;
  /** The same in sentences. */
  readonly saidWeights: readonly string[];
  readonly tries: Tries;
  /** The tries before this one, oldest first. */
  readonly earlier: readonly { readonly id: string; readonly at: number; readonly word: Word }[];
  readonly stamp: Stamp;
  /** Whose export it came from, where it was not recorded here. */
  readonly origin?: Origin;
  readonly imported?: Imported;
  /** A stack taken apart, by workload. */
  readonly apart: Readonly<Record<string, Composition>>;
  /** Failed before undecided before passed, then by the share of the margin that is used up; reported ones last. */
  readonly checks: readonly CheckAccount[];
}

export interface CheckAccount extends Omit<Check, "samples" | "slices"> {
  readonly said: string;
  readonly interval: Interval;
  /** How many parts were looked at on their own, and those that failed. */
  readonly parts: number;
  readonly failedParts: readonly Slice[];
  /** How many pairs are kept, and how many of them lost. */
  readonly pairs: number;
  readonly lost: number;
  /** The pairs that did most to decide against the candidate, the most harmful first. */
  readonly decisive: readonly PairedSample[];
}

/** `scope`: what stands on the same boards; `tried`: every try there; `most`: the pairs kept of each check. */
export function accountOf(
  recording: Shelved,
  scope: readonly Recording[],
  most: number,
  tried: readonly Try[] = scope.map(tryOf),
): Account {
  const { id, stamp, outcome, origin } = recording;
  const { name, suite, imported } = outcome.trial;
  const checks = "verdict" in outcome ? outcome.verdict.checks : [];
  const earlier = tried.filter((other) => other.id !== id && other.name === name && other.at <= stamp.at);
  return {
    id,
    name,
    suite,
    word: word(outcome),
    why: explain(outcome),
    loses: losing(outcome),
    ...("weights" in outcome && outcome.weights ? { weights: outcome.weights } : {}),
    saidWeights: saidWeights(outcome),
    tries: triesOf(recording, tried),
    earlier: earlier.map(({ id, at, word }) => ({ id, at, word })),
    stamp,
    ...(origin ? { origin } : {}),
    ...(imported ? { imported } : {}),
    apart: apartOf(recording, scope),
    checks: checks.toSorted(byWeight).map((check) => onCheck(check, most)),
  };
}

function onCheck({ samples, slices = [], ...check }: Check, most: number): CheckAccount {
  const whole = { ...check, samples, slices };
  const { lost, won } = flips(whole);
  // A guard that watches both directions may have failed in the other one.
  const against = check.decision === "fail" && check.interval.high < 0 ? won : lost;
  return {
    ...check,
    said: explainCheck(whole),
    parts: slices.length,
    failedParts: slices.filter(({ failed }) => failed),
    pairs: samples.length,
    lost: lost.length,
    decisive: against.slice(0, most),
  };
}
