/** Users of an assistant, some of whom send long texts: whose tokens wait while those are read? */
import { longAmongShort } from "../text/long_among_short.ts";
import type { Workload } from "../workload.ts";

export const longMixedClients: Workload = {
  name: "long_mixed_clients",
  summary: "MT-Bench questions, every eighth an article to be summarised, eight clients in a closed loop",
  prompts: longAmongShort,
  arrival: { kind: "closed", clients: 8 },
  requests: 16,
  maxTokens: 32,
  seed: 13,
  objective: { figure: "tpot", percentile: "p95", most: { timesBaseline: 1.25 } },
};
