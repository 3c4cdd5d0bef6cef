/**
 * Continuous batching as vLLM had it before prompts came in chunks (Kwon et al., 2023): while anybody's prompt waits, a
 * step reads prompts and nothing else, so that first tokens come soon, and whoever was answering stalls meanwhile. The
 * other end of the trade that Sarathi-Serve (Agrawal et al., OSDI 2024) describes.
 */
import type { SchedulerLive, Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { type Batching, checkBatching, chunks, placed } from "./continuous_batching.ts";

/** The technique; a prompt longer than `rows` takes several steps. @throws {UserError} as `checkBatching`. */
export function prefillFirst(params: Batching = { sequences: 16, rows: 2048 }): Technique {
  checkBatching(params);
  return {
    name: "prefill_first",
    slot: "scheduler",
    claim: "identical",
    bottleneck: "utilisation",
    scope: "static",
    summary:
      "Reads waiting prompts before anyone's next token, then runs one row of every request in each step.",
    source: "Kwon et al., vLLM, SOSP 2023; as described in Agrawal et al., Sarathi-Serve, OSDI 2024",
    engaged: (counters) => (counters.largestBatch ?? 0) > 1,
    transform: (stack: Stack): Stack => ({
      ...stack,
      scheduler: { name: "prefill_first", params, module: import.meta.url },
    }),
  };
}

/** Opens the scheduler. */
export function open({ sequences, rows }: Batching): SchedulerLive {
  return {
    step(waiting, running) {
      const { answering, reading } = placed(waiting, running, Math.min(sequences, rows));
      if (reading.length > 0) return chunks(reading, rows);
      const each = Math.floor(rows / answering.length);
      return answering.map(({ id }) => ({ id, rows: each }));
    },
    preempt: (running) => running.at(-1)!.id,
  };
}
