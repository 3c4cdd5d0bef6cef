/** One user who has texts translated: answers say what was given, in words that it has not. */
import { translations } from "../text/translations.ts";
import type { Workload } from "../workload.ts";

export const translationSingle: Workload = {
  name: "translation_single",
  summary: "passages to be translated into English, one at a time",
  prompts: translations,
  arrival: { kind: "single" },
  requests: 1,
  maxTokens: 64,
  seed: 8,
  objective: { figure: "tpot", percentile: "p95", most: { timesBaseline: 1.25 } },
};
