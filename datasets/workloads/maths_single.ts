/** One user who asks for sums: answers repeat names and numbers, and little else. */
import { mathsQuestions } from "../text/maths_questions.ts";
import type { Workload } from "../workload.ts";

export const mathsSingle: Workload = {
  name: "maths_single",
  summary: "word problems in arithmetic, one at a time",
  prompts: mathsQuestions,
  arrival: { kind: "single" },
  requests: 1,
  maxTokens: 64,
  seed: 9,
  objective: { figure: "tpot", percentile: "p95", most: { timesBaseline: 1.25 } },
};
