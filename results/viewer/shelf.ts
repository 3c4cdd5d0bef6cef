/** What the pages read: every recording without its raw samples and timings, read again only when the store grows. */
import type { Outcome } from "../../evals/mod.ts";
import type { Broken, Recording, ResultsStore } from "../recording.ts";

interface Contents {
  readonly revision: number;
  readonly recordings: readonly Recording[];
  readonly broken: readonly Broken[];
}

export class Shelf {
  readonly #store: ResultsStore;
  #contents: Contents | undefined;

  constructor(store: ResultsStore) {
    this.#store = store;
  }

  /** Oldest first, without samples and blocks. */
  get recordings(): readonly Recording[] {
    return this.#read().recordings;
  }

  get broken(): readonly Broken[] {
    return this.#read().broken;
  }

  /** The whole recording with this id, of the latest run of this trial, or whose id alone begins so. */
  find(id: string): Recording | undefined {
    const matching = this.recordings.filter((r) => r.id.startsWith(id));
    const found = this.recordings.find((r) => r.id === id) ??
      this.recordings.findLast((r) => r.outcome.trial.id === id) ??
      (matching.length === 1 ? matching[0] : undefined);
    if (found === undefined) return undefined;
    return [...this.#store.read({ id: found.id })][0];
  }

  #read(): Contents {
    const revision = this.#store.revision();
    if (this.#contents?.revision !== revision) {
      const recordings: Recording[] = [];
      const broken: Broken[] = [];
      for (const recording of this.#store.read({}, (row) => broken.push(row))) {
        recordings.push(light(recording));
      }
      this.#contents = { revision, recordings, broken };
    }
    return this.#contents;
  }
}

function light(recording: Recording): Recording {
  return { ...recording, outcome: lightOutcome(recording.outcome) };
}

function lightOutcome(outcome: Outcome): Outcome {
  if (outcome.kind === "void" || outcome.kind === "skipped") return outcome;
  const checks = outcome.verdict.checks.map((check) => ({ ...check, samples: [] }));
  if (outcome.kind === "rejected") return { ...outcome, verdict: { ...outcome.verdict, checks } };
  const workloads = outcome.speed.workloads.map((workload) => ({ ...workload, blocks: [] }));
  return { ...outcome, verdict: { ...outcome.verdict, checks }, speed: { workloads } };
}
