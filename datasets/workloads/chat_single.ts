/** One user in conversation: latency is what counts. */
import { mtBench } from "../text/mt_bench.ts";
import type { Workload } from "../workload.ts";

export const chatSingle: Workload = {
  name: "chat_single",
  summary: "MT-Bench questions, one at a time",
  prompts: mtBench,
  arrival: { kind: "single" },
  requests: 1,
  maxTokens: 32,
  seed: 1,
  objective: { figure: "tpot", percentile: "p95", most: { timesBaseline: 1.25 } },
};
