/** A scheduler that throws. */
import type { SchedulerLive } from "../../../engine/mod.ts";

export function open(): SchedulerLive {
  return {
    step: () => {
      throw new Error("no such request");
    },
    preempt: () => "",
  };
}
