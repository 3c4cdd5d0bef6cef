/** The scheduler slot: which rows run in the next step (Orca's iteration-level scheduling; Yu et al., 2022). */

/** One request as a scheduler sees it. */
export interface Job {
  readonly id: string;
  /** Rows still to be computed before its next token: the rest of the prompt, or 1 while decoding. */
  readonly pending: number;
}

/** Let `id` compute at most `rows` rows: its pending ones first, then guesses of the decoder. */
export interface Work {
  readonly id: string;
  readonly rows: number;
}

/** The live half of a scheduler slot. */
export interface SchedulerLive {
  /** Both lists in order of arrival; naming a waiting job admits it. Must name at least one job. */
  step(waiting: readonly Job[], running: readonly Job[]): readonly Work[];
  /** Which running job gives up its K/V when memory is short. */
  preempt(running: readonly Job[]): string;
}

/** Rows of a prompt that one step takes at most, so that memory for scores stays bounded. */
export const PREFILL_ROWS = 256;

/** The baseline: a request runs alone until it ends. */
export const oneAtATime = { name: "one_at_a_time", params: {}, module: import.meta.url } as const;

/** Opens the baseline scheduler. */
export function open(): SchedulerLive {
  return {
    step(waiting, running) {
      const job = running[0] ?? waiting[0]!;
      return [{ id: job.id, rows: PREFILL_ROWS }];
    },
    preempt: (running) => running.at(-1)!.id,
  };
}
