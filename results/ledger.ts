/** The ledger tells a run what is already done on this machine, so that a killed run resumes and reruns are counted. */
import type { Ledger, Outcome, Trial } from "../evals/mod.ts";
import type { ResultsStore, Stamp } from "./recording.ts";

/**
 * A ledger over the store for the machine, versions and commit of a stamp. Void and skipped trials are tried again.
 * Uncommitted changes on the same commit count as the same code. What an export says was done elsewhere, on a machine
 * that calls itself the same, is a try, and leaves nothing done here.
 */
export function ledger(store: ResultsStore, here: Pick<Stamp, "hardware" | "versions" | "commit">): Ledger {
  const of = (trial: Trial) => ({ trial: trial.id, hardware: here.hardware.id });
  return {
    done: (trial) =>
      [...store.read({ ...of(trial), own: true })].findLast(({ stamp, outcome }) =>
        isJudged(outcome) && codeOf(stamp) === codeOf(here)
      )?.outcome,
    tries: (trial) => [...store.read(of(trial))].length,
  };
}

const isJudged = ({ kind }: Outcome) => kind !== "void" && kind !== "skipped";

/** What tells one state of the code from another. */
export function codeOf({ versions, commit }: Pick<Stamp, "versions" | "commit">): string {
  return JSON.stringify([Object.entries(versions).sort(), commit?.id, commit?.dirty]);
}
