/** One user who has code edited: answers are most of what was given, with changes strewn in. */
import { codeEdits } from "../text/code_edits.ts";
import type { Workload } from "../workload.ts";

export const codeEditSingle: Workload = {
  name: "code_edit_single",
  summary: "functions to be printed with a name changed, one at a time",
  prompts: codeEdits,
  arrival: { kind: "single" },
  requests: 1,
  maxTokens: 64,
  seed: 7,
  objective: { figure: "tpot", percentile: "p95", most: { timesBaseline: 1.25 } },
};
