/** One user who has texts summarised: answers quote, but in other words. */
import { summaries } from "../text/summaries.ts";
import type { Workload } from "../workload.ts";

export const summarySingle: Workload = {
  name: "summary_single",
  summary: "paragraphs to be summarised, one at a time",
  prompts: summaries,
  arrival: { kind: "single" },
  requests: 1,
  maxTokens: 64,
  seed: 6,
  objective: { figure: "tpot", percentile: "p95", most: { timesBaseline: 1.25 } },
};
