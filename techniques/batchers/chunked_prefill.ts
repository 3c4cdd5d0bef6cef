/**
 * Chunked prefill (Sarathi-Serve; Agrawal et al., OSDI 2024): the batcher beneath, with so small a budget of rows that
 * a step stays about as long as answers alone make it, whatever prompts come. What budget that is depends on the
 * machine and the workload: evals/token_budget.ts finds it.
 */
import type { Stack } from "../../engine/mod.ts";
import type { Technique } from "../technique.ts";
import { checkBatching } from "./continuous_batching.ts";

/** Requests in flight, where nothing beneath says how many. */
const SEQUENCES = 16;

/** The technique. @throws {UserError} as `checkBatching`, also where the batcher beneath has more requests than rows. */
export function chunkedPrefill(rows = 64): Technique {
  checkBatching({ sequences: 1, rows });
  return {
    name: "chunked_prefill",
    slot: "scheduler",
    claim: "identical",
    bottleneck: "utilisation",
    scope: "static",
    summary:
      "Keeps every step short: answers first, and of prompts only the rows that a small budget leaves.",
    source: "Agrawal et al., Sarathi-Serve, OSDI 2024",
    engaged: (counters) => (counters.largestBatch ?? 0) > 1 && (counters.chunks ?? 0) > 0,
    transform(stack: Stack): Stack {
      const params = { sequences: Number(stack.scheduler.params.sequences ?? SEQUENCES), rows };
      checkBatching(params);
      const module = import.meta.resolve("./continuous_batching.ts");
      return { ...stack, scheduler: { name: "chunked_prefill", params, module } };
    },
  };
}
