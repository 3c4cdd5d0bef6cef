/** What lists and boards need of a recording: all but its samples, its raw timings and the parts that held. */
import type { Check, Outcome } from "../evals/mod.ts";
import type { Recording } from "./recording.ts";

/** The recording without samples and blocks; of the parts of a check only those that failed. */
export function light(recording: Recording): Recording {
  return { ...recording, outcome: lightOutcome(recording.outcome) };
}

function lightOutcome(outcome: Outcome): Outcome {
  if (outcome.kind === "void" || outcome.kind === "skipped") return outcome;
  const checks = outcome.verdict.checks.map(lightCheck);
  if (outcome.kind === "rejected") return { ...outcome, verdict: { ...outcome.verdict, checks } };
  const workloads = outcome.speed.workloads.map((workload) => ({ ...workload, blocks: [] }));
  return { ...outcome, verdict: { ...outcome.verdict, checks }, speed: { ...outcome.speed, workloads } };
}

function lightCheck(check: Check): Check {
  const slices = check.slices?.filter(({ failed }) => failed);
  return { ...check, samples: [], ...(slices === undefined ? {} : { slices }) };
}
