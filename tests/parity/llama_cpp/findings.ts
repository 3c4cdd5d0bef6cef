/** Ours beside llama.cpp's printed figures, and both beside the judge's. */
import { type Divergence, interpolated, nearestRank } from "./formulas.ts";
import type { figures } from "./llama_perplexity.ts";

/**
 * A log-probability here is of size 16 to 32 at most, where the nearest 32-bit float is up to 1e-6 away. llama.cpp adds
 * three such numbers in 32 bits, and our rows are 32-bit too.
 */
const FLOAT = 4e-6;

export interface Ours {
  readonly pplBase: number;
  readonly pplCandidate: number;
  readonly kl: Divergence;
}

interface JudgedKl {
  readonly klMean: number;
  readonly klP99: number;
  readonly klP999: number;
  readonly klMax: number;
  readonly klMin: number;
}

/** What judge.py writes. */
export interface Judged {
  readonly numpy: string;
  readonly exact: JudgedKl & {
    readonly pplBase: number;
    readonly pplCandidate: number;
    readonly sameTop: number;
  };
  readonly stored: JudgedKl & {
    readonly pplBase: number;
    readonly klMeanWithoutNegatives: number;
    readonly negativePositions: number;
    readonly leastProbabilityKept: number;
    readonly largestRiseNats: number;
  };
}

export interface Compared {
  readonly ours: number;
  readonly other: number;
  readonly difference: number;
  readonly tolerance: number;
  readonly equal: boolean;
}

function compared(ours: number, other: number, tolerance: number): Compared {
  const difference = Math.abs(ours - other);
  return { ours, other, difference, tolerance, equal: difference <= tolerance };
}

/** Perplexities differ by as much as their logarithms do; `printed`: half a unit of the last digit. */
function perplexities(ours: number, other: number, printed: number): Compared {
  return compared(ours, other, ours * FLOAT + printed);
}

/** The same numbers into both formulas: `stored` is of the base's 16-bit form, as llama.cpp reads it back. */
export function besideLlamaCpp(
  exact: Ours,
  stored: Ours,
  basePpl: number,
  printed: ReturnType<typeof figures>,
  judged: Judged,
): Readonly<Record<string, Compared>> {
  // Their stored probabilities do not sum to 1, so that a divergence may be negative: ours then counts as 0.
  const negatives = judged.stored.klMeanWithoutNegatives - judged.stored.klMean;
  const { ascending } = stored.kl;
  // They take the place of a quantile in 32 bits too, which among 2,040 values is 1e-4 of a rank off.
  const tail = (q: number, other: number) =>
    compared(
      interpolated(ascending, Math.fround(Math.fround(q) * (ascending.length - 1))),
      other,
      FLOAT + 5e-7,
    );
  return {
    pplBase: perplexities(exact.pplBase, basePpl, 5e-5),
    pplBaseOfStored: perplexities(stored.pplBase, printed.pplBase, 5e-7),
    pplCandidate: perplexities(exact.pplCandidate, printed.pplCandidate, 5e-7),
    klMean: compared(stored.kl.klMean, printed.klMean, FLOAT + 5e-7 + negatives),
    klP99: tail(0.99, printed.klP99),
    klP999: tail(0.999, printed.klP999),
    klMax: tail(1, printed.klMax),
    sameTop: compared(stored.kl.sameTop, printed.sameTop, 5e-6),
  };
}

/** Ours of both models' 32-bit logits beside 64-bit arithmetic. */
export function besideJudge(
  { pplBase, pplCandidate, kl }: Ours,
  { exact }: Judged,
): Readonly<Record<string, Compared>> {
  const tail = (q: number, other: number) =>
    compared(interpolated(kl.ascending, q * (kl.ascending.length - 1)), other, FLOAT);
  return {
    pplBase: perplexities(pplBase, exact.pplBase, 0),
    pplCandidate: perplexities(pplCandidate, exact.pplCandidate, 0),
    klMean: compared(kl.klMean, exact.klMean, FLOAT),
    klP99: tail(0.99, exact.klP99),
    klP999: tail(0.999, exact.klP999),
    klMax: tail(1, exact.klMax),
    sameTop: compared(kl.sameTop, exact.sameTop, 0),
  };
}

/**
 * Where llama.cpp's figures are not those of the models, because of its 16-bit form of the base: no log-probability in
 * it is more than 16 below the largest, so that the base's unlikely tokens are raised (`largestRiseNats`) and its
 * perplexity is understated; what is at or under -16 is passed over, so that what is left does not sum to 1
 * (`leastProbabilityKept`) and a divergence may be negative. `quantiles`: ours is a value that occurred.
 */
export function ofTheReference(
  exact: Ours,
  printed: ReturnType<typeof figures>,
  { exact: truth, stored }: Judged,
) {
  return {
    klMean: { printed: printed.klMean, true: truth.klMean, error: printed.klMean - truth.klMean },
    klMin: { printed: printed.klMin, true: truth.klMin },
    sameTop: { printed: printed.sameTop, true: truth.sameTop },
    lnPplRatio: {
      printed: Math.log(printed.pplCandidate / printed.pplBase),
      true: Math.log(truth.pplCandidate / truth.pplBase),
    },
    lnPplBase: { printed: Math.log(printed.pplBase), true: Math.log(truth.pplBase) },
    negativePositions: stored.negativePositions,
    leastProbabilityKept: stored.leastProbabilityKept,
    largestRiseNats: stored.largestRiseNats,
    quantiles: {
      p99: { interpolated: truth.klP99, nearestRank: nearestRank(exact.kl.ascending, 0.99) },
      p999: { interpolated: truth.klP999, nearestRank: nearestRank(exact.kl.ascending, 0.999) },
    },
  };
}
