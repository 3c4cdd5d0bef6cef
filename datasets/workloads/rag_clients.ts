/** Users whose questions come with documents, some of which many ask about. */
import { rag } from "../text/rag.ts";
import type { Workload } from "../workload.ts";

export const ragClients: Workload = {
  name: "rag_clients",
  summary:
    "questions with three documents each, found by BM25 and often the same, four clients in a closed loop",
  prompts: rag,
  arrival: { kind: "closed", clients: 4 },
  requests: 8,
  maxTokens: 32,
  seed: 10,
  objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.25 } },
};
