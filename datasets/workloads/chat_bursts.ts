/** People who come when they like, and often together: what waits is latency. */
import { sharegpt } from "../text/sharegpt.ts";
import type { Workload } from "../workload.ts";

export const chatBursts: Workload = {
  name: "chat_bursts",
  summary:
    "ShareGPT questions with answers of their own lengths up to 64 tokens, one every two seconds in bursts",
  prompts: sharegpt,
  arrival: { kind: "gamma", perSecond: 0.5, cv: 2, seed: 14 },
  requests: 16,
  maxTokens: 64,
  seed: 14,
  objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.25 } },
};
