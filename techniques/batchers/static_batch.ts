/**
 * Static batching, what Orca (Yu et al., OSDI 2022) is measured against: the requests that wait are gathered into a
 * batch, and nobody joins it until its last answer has ended. One that has ended costs nothing here, where padded
 * batches go on computing it: the yardstick is kinder than those.
 */
import { PREFILL_ROWS, type SchedulerLive, type Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

interface Params extends Record<string, number> {
  /** Requests of a batch at most. */
  readonly sequences: number;
}

/** The technique. */
export function staticBatch(params: Params = { sequences: 16 }): Technique {
  return {
    name: "static_batch",
    slot: "scheduler",
    claim: "identical",
    bottleneck: "utilisation",
    scope: "static",
    summary: "Gathers the requests that wait into a batch, which runs until its last answer has ended.",
    source: "As described in Yu et al., Orca, OSDI 2022",
    engaged: (counters) => (counters.largestBatch ?? 0) > 1,
    transform: (stack: Stack): Stack => ({
      ...stack,
      scheduler: { name: "static_batch", params, module: import.meta.url },
    }),
  };
}

/** Opens the scheduler. */
export function open({ sequences }: Params): SchedulerLive {
  return {
    step(waiting, running) {
      const batch = running.length > 0 ? running : waiting.slice(0, sequences);
      return batch.map(({ id }) => ({ id, rows: PREFILL_ROWS }));
    },
    preempt: (running) => running.at(-1)!.id,
  };
}
