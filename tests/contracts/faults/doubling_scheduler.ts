/** A scheduler that runs the first rows of a prompt twice in one step, so that others are left out. */
import type { SchedulerLive } from "../../../engine/mod.ts";

export function open(): SchedulerLive {
  return {
    step(waiting, running) {
      if (running.length > 0) return [{ id: running[0]!.id, rows: 512 }];
      const work = { id: waiting[0]!.id, rows: 8 };
      return [work, work];
    },
    preempt: (running) => running.at(-1)!.id,
  };
}
