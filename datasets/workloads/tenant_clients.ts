/** Customers of several companies on one machine: prompts begin alike within a company, and never serve another. */
import { tenants } from "../text/tenants.ts";
import type { Workload } from "../workload.ts";

export const tenantClients: Workload = {
  name: "tenant_clients",
  summary: "MT-Bench questions behind the system prompts of eight tenants, eight clients in a closed loop",
  prompts: tenants,
  arrival: { kind: "closed", clients: 8 },
  requests: 8,
  maxTokens: 16,
  seed: 12,
  objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.25 } },
};
