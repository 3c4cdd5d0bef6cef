/** Coding agents at work: prompts grow turn by turn, and each begins as the one before it did. */
import { AGENT_TURNS, agentTurns } from "../text/agent_turns.ts";
import type { Workload } from "../workload.ts";

export const agentClients: Workload = {
  name: "agent_clients",
  summary: "recorded coding agents replayed turn by turn, two conversations at once",
  prompts: agentTurns,
  arrival: { kind: "closed", clients: 2 },
  // Whole conversations, so that no block begins within one.
  requests: 2 * AGENT_TURNS,
  maxTokens: 32,
  seed: 11,
  objective: { figure: "ttft", percentile: "p95", most: { timesBaseline: 1.25 } },
};
