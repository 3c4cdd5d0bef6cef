/** What became of a workload's latency objective, in words: more tokens a second are no gain where it broke. */
import type { ObjectiveOutcome, WorkloadSpeed } from "../evals/mod.ts";
import { duration } from "./figures.ts";

/** Whether a gain may be claimed: the objective held, could not be judged, or there is none. */
export const isInTime = ({ objective }: Pick<WorkloadSpeed, "objective">): boolean =>
  objective?.kind !== "broke";

const figureOf = ({ objective: { figure, percentile } }: ObjectiveOutcome) =>
  `${figure.toUpperCase()} ${percentile}`;

/** e.g. "TTFT p95 broke". */
export const briefly = (outcome: ObjectiveOutcome): string => `${figureOf(outcome)} ${outcome.kind}`;

/** e.g. "TTFT p95 84.0 ms → 91.0 ms, at most 101 ms: held". */
export function saidObjective(outcome: ObjectiveOutcome): string {
  if (outcome.kind === "unjudged") return `${figureOf(outcome)} not judged: ${outcome.why}`;
  const { base, candidate, limit, kind } = outcome;
  return `${figureOf(outcome)} ${duration(base)} → ${duration(candidate)}, at most ${
    duration(limit)
  }: ${kind}`;
}
