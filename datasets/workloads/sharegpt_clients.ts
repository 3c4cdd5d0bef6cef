/** Users of an assistant whose questions and answers are as long as people's were. */
import { sharegpt } from "../text/sharegpt.ts";
import type { Workload } from "../workload.ts";

export const sharegptClients: Workload = {
  name: "sharegpt_clients",
  summary:
    "ShareGPT questions with answers of their own lengths up to 256 tokens, four clients in a closed loop",
  prompts: sharegpt,
  arrival: { kind: "closed", clients: 4 },
  requests: 8,
  maxTokens: 256,
  seed: 5,
  objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.25 } },
};
