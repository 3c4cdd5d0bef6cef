/** A heap of work without anyone waiting: all requests at once. */
import { mtBench } from "../text/mt_bench.ts";
import type { Workload } from "../workload.ts";

export const offlineBatch: Workload = {
  name: "offline_batch",
  summary: "MT-Bench questions, sixteen at once",
  prompts: mtBench,
  arrival: { kind: "offline" },
  requests: 16,
  maxTokens: 32,
  seed: 4,
};
