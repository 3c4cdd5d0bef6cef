/**
 * The data set my_dataset, read from the JSONL file beside this module. Rows of the shape "prompt" are answered
 * freely; the others are "choices", "cloze", "text" and "question". A wrong row is named with what it must be.
 */
import { chatSingle, jsonl, promptLookup, type Suite, tokenMatch } from "@assay/assay";

export const my_dataset = await jsonl("prompt", new URL("./my_dataset.jsonl", import.meta.url), {
  name: "my_dataset",
  // On what terms it may be used, and what for: test, validation, calibration or workload.
  license: "mine",
  split: "test",
});

export const suite: Suite = {
  name: "my_dataset",
  summary: "prompt lookup, asked my_dataset",
  candidates: { prompt_lookup: [promptLookup()] },
  // Counts up to the number of rows; more of them decide more.
  evals: [tokenMatch(my_dataset, { count: my_dataset.size, tokens: 32 })],
  workloads: [{ ...chatSingle, maxTokens: 24 }],
  pairs: 6,
  seed: 1,
};
