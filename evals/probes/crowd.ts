/** A scheduler that rounding noise is measured with: everyone at once, prompts in small chunks, room for guesses. */
import type { SchedulerLive } from "../../engine/mod.ts";

const SEQUENCES = 16;
const CHUNK = 24;
const GUESSES = 7;

/** The recipe. */
export const crowd = { name: "probe_crowd", params: {}, module: import.meta.url } as const;

/** Opens the scheduler. */
export function open(): SchedulerLive {
  return {
    step: (waiting, running) =>
      [...running, ...waiting].slice(0, SEQUENCES).map(({ id, pending }) => ({
        id,
        rows: pending === 1 ? 1 + GUESSES : Math.min(pending, CHUNK),
      })),
    preempt: (running) => running.at(-1)!.id,
  };
}
