/** Eight users of one assistant at once: throughput is what counts, and everyone's prompt begins alike. */
import { sharedPrefix } from "../text/shared_prefix.ts";
import type { Workload } from "../workload.ts";

export const chatClients: Workload = {
  name: "chat_clients",
  summary: "MT-Bench questions behind one system prompt, eight clients in a closed loop",
  prompts: sharedPrefix,
  arrival: { kind: "closed", clients: 8 },
  requests: 8,
  maxTokens: 16,
  seed: 3,
  // Who waits longer for a first token has gained nothing from what all together get.
  objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.25 } },
};
