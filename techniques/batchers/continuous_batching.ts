/**
 * Continuous batching (Orca; Yu et al., OSDI 2022): every step takes one row of each running request, and requests come
 * and go between steps. Prompts are read in the rows that are left in the step's budget, in chunks (Sarathi-Serve;
 * Agrawal et al., OSDI 2024), so that nobody's next token waits for a prompt longer than the budget; what prompts leave
 * of it are guesses of the decoder.
 */
import { type Job, type SchedulerLive, type Stack, UserError } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";

/** What a batcher is limited by. */
export interface Batching extends Record<string, number> {
  /** Requests in flight at most; the field's max_num_seqs. */
  readonly sequences: number;
  /** Rows of one step at most, of prompts, answers and guesses together; the field's max_num_batched_tokens. */
  readonly rows: number;
}

/** The technique. @throws {UserError} where a step has not a row for each request, in a file that no compiler saw. */
export function continuousBatching(params: Batching = { sequences: 16, rows: 512 }): Technique {
  checkBatching(params);
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

/** @throws {UserError} where both are not whole numbers with a row of a step for each request. */
export function checkBatching({ sequences, rows }: Batching): void {
  if (Number.isInteger(sequences) && Number.isInteger(rows) && 1 <= sequences && sequences <= rows) return;
  throw new UserError(
    `Cannot batch requests as they must be at least 1, and rows of a step no fewer: found ${sequences} requests and ${rows} rows.`,
  );
}

/** Opens the scheduler. */
export function open({ sequences, rows }: Batching): SchedulerLive {
  return {
    step(waiting, running) {
      const { answering, reading } = placed(waiting, running, Math.min(sequences, rows));
      const prompts = chunks(reading, rows - answering.length);
      const left = rows - answering.length - prompts.reduce((sum, one) => sum + one.rows, 0);
      const guesses = Math.floor(left / Math.max(1, answering.length));
      return [...answering.map(({ id }) => ({ id, rows: 1 + guesses })), ...prompts];
    },
    preempt: (running) => running.at(-1)!.id,
  };
}

/** The requests that have a place, those before others that came before them: who answers, and whose prompt is to be read. */
export function placed(waiting: readonly Job[], running: readonly Job[], places: number) {
  const jobs = [...running, ...waiting].slice(0, places);
  // A prompt of one row is still a prompt.
  const answers = (job: Job, i: number) => job.pending === 1 && i < running.length;
  return {
    answering: jobs.filter(answers),
    reading: jobs.filter((job, i) => !answers(job, i)),
  };
}

/** The next rows of prompts, first come first served, as many as fit. */
export function chunks(prompts: readonly Job[], rows: number): { id: string; rows: number }[] {
  const work: { id: string; rows: number }[] = [];
  let left = rows;
  for (const { id, pending } of prompts) {
    if (left <= 0) break;
    const chunk = Math.min(pending, left);
    work.push({ id, rows: chunk });
    left -= chunk;
  }
  return work;
}
