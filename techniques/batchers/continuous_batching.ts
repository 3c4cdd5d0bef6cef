/**
 * Continuous batching (Orca; Yu et al., 2022): every step takes one row of each running request, and the rows left in
 * the budget go to prompts that are waiting, in chunks (Sarathi-Serve; Agrawal et al., 2024).
 */
import type { SchedulerLive, Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

interface Params extends Record<string, number> {
  /** Requests in flight at most. */
  readonly sequences: number;
  /** Rows of one step at most; the field's max_num_batched_tokens. */
  readonly rows: number;
}

/** The technique, for a number of requests in flight and of rows in a step. */
export function continuousBatching(params: Params = { sequences: 16, rows: 512 }): Technique {
  return {
    name: "continuous_batching",
    slot: "scheduler",
    claim: "identical",
    bottleneck: "utilisation",
    scope: "static",
    summary: "Runs one row of every request in each step and admits new requests between steps.",
    source: "Yu et al., Orca, OSDI 2022; Agrawal et al., Sarathi-Serve, OSDI 2024",
    engaged: (counters) => (counters.largestBatch ?? 0) > 1,
    transform: (stack: Stack): Stack => ({
      ...stack,
      scheduler: { name: "continuous_batching", params, module: import.meta.url },
    }),
  };
}

/** Opens the scheduler. */
export function open({ sequences, rows }: Params): SchedulerLive {
  return {
    step(waiting, running) {
      const jobs = [...running, ...waiting].slice(0, sequences);
      const decoding = jobs.filter((job) => job.pending === 1);
      const guesses = Math.max(1, Math.floor(rows / Math.max(1, decoding.length)));
      const work = decoding.map((job) => ({ id: job.id, rows: Math.min(guesses, rows) }));
      let left = rows - decoding.length;
      for (const job of jobs) {
        if (job.pending === 1 || left <= 0) continue;
        const chunk = Math.min(job.pending, left);
        work.push({ id: job.id, rows: chunk });
        left -= chunk;
      }
      return work;
    },
    preempt: (running) => running.at(-1)!.id,
  };
}
