/** What lists and boards need of a recording: all but its samples, its raw timings and the parts that held. */
import type { Check, Outcome, TrialWeights } from "../evals/mod.ts";
import type { Recording } from "./recording.ts";

/** The recording without samples, blocks and how weights were made; of the parts of a check only those that failed. */
export function light(recording: Recording): Recording {
  return { ...recording, outcome: lightOutcome(recording.outcome) };
}

function lightOutcome(outcome: Outcome): Outcome {
  if (outcome.kind === "void" || outcome.kind === "skipped") return outcome;
  const checks = outcome.verdict.checks.map(lightCheck);
  const held = lightWeights(outcome.weights);
  if (outcome.kind === "rejected") return { ...outcome, ...held, verdict: { ...outcome.verdict, checks } };
  if (outcome.kind === "held") return { ...outcome, ...held, verdict: { ...outcome.verdict, checks } };
  const workloads = outcome.speed.workloads.map((workload) => ({ ...workload, blocks: [] }));
  const speed = { ...outcome.speed, workloads };
  return { ...outcome, ...held, verdict: { ...outcome.verdict, checks }, speed };
}

function lightCheck(check: Check): Check {
  const slices = check.slices?.filter(({ failed }) => failed);
  return { ...check, samples: [], ...(slices === undefined ? {} : { slices }) };
}

function lightWeights(weights: TrialWeights | undefined): { readonly weights?: TrialWeights } {
  if (weights === undefined) return {};
  const { base, candidate } = weights;
  return { weights: { base, candidate } };
}
