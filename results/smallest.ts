/** The technique that held quality on a board with the fewest bits a weight; how fast it is does not come into it. */
import type { TrialWeights } from "../evals/mod.ts";
import type { Board, Row } from "./leaderboard.ts";

/** Undefined where no technique that passed was weighed, or none takes fewer bits than the baseline. */
export function smallestHeld(
  { ranked, late, held }: Board,
): Row & { readonly weights: TrialWeights } | undefined {
  const weighed = [...ranked, ...late, ...held].filter((row): row is typeof row & { weights: TrialWeights } =>
    row.weights !== undefined && row.weights.candidate.bytes < row.weights.base.bytes
  );
  return weighed.toSorted((a, b) => a.weights.candidate.bits - b.weights.candidate.bits)[0];
}
