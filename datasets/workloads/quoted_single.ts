/** One user whose answers quote what was given: where copying can be guessed. */
import { quotedContext } from "../text/quoted_context.ts";
import type { Workload } from "../workload.ts";

export const quotedSingle: Workload = {
  name: "quoted_single",
  summary: "passages to be repeated, one at a time",
  prompts: quotedContext,
  arrival: { kind: "single" },
  requests: 1,
  maxTokens: 64,
  seed: 2,
  objective: { figure: "tpot", percentile: "p95", most: { timesBaseline: 1.25 } },
};
