/** One request at a time, its prompt in chunks. */
import type { SchedulerLive } from "../../../engine/mod.ts";

/** Opens the scheduler for chunks of `rows` rows. */
export function open({ rows }: { readonly rows: number }): SchedulerLive {
  return {
    step: (waiting, running) => [{ id: (running[0] ?? waiting[0]!).id, rows }],
    preempt: (running) => running.at(-1)!.id,
  };
}
