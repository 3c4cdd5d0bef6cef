/**
 * What guessing came to in a race, from the engine's own counters: guesses verified, how many were right, and the tokens
 * that each verification of a sequence told. A step of a sequence tells what it accepts and one token more, so there are
 * as many verifications as tokens that were not guessed.
 */
import type { Outcome, WorkloadSpeed } from "../evals/mod.ts";

/** What it came to on one workload. */
export interface Speculation {
  readonly workload: string;
  readonly offered: number;
  readonly accepted: number;
  /** Tokens told for each verification of a sequence; 1 is plain decoding. */
  readonly perVerification: number;
  /** Time between tokens of the baseline over the candidate's, medians of all requests. */
  readonly perToken: number;
  readonly ratio: WorkloadSpeed["ratio"];
  readonly claim: WorkloadSpeed["claim"];
}

/** Of each workload on which the candidate guessed, as they were raced; empty where raw timings are not at hand. */
export function speculation(outcome: Outcome): readonly Speculation[] {
  if (outcome.kind !== "recorded") return [];
  return outcome.speed.workloads.flatMap(({ workload, blocks, base, candidate, ratio, claim }) => {
    const own = blocks.filter(({ arm }) => arm === "candidate");
    const total = (name: string) => own.reduce((sum, { counted }) => sum + (counted?.[name] ?? 0), 0);
    const [offered, accepted, tokens] = [total("drafted"), total("accepted"), total("tokens")];
    if (!(offered > 0) || !(tokens > accepted)) return [];
    return [{
      workload,
      offered,
      accepted,
      perVerification: tokens / (tokens - accepted),
      perToken: base.tpot.p50 / candidate.tpot.p50,
      ratio,
      claim,
    }];
  });
}
