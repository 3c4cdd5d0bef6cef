/**
 * The data set my_dataset, read from the JSONL file beside this module: one row a line. What a row must be, by shape:
 *
 *   choices   {"context": text, "continuations": [" text", " text", ...], "gold": place of the right one, from 0}
 *   cloze     {"context": text, "target": text}
 *   text      {"text": text}
 *   question  {"prompt": text, "answers": [text, ...]} and, if not "\n", "stop": [text, ...]
 *   prompt    {"turns": [text, ...]} and, if any, "system": text
 *
 * and in each, if wanted: "id" (the line's number where absent), "cluster" (rows that belong together) and "slices".
 */
import { chatSingle, jsonl, promptLookup, type Suite, tokenMatch } from "@assay/assay";

export const dataset = await jsonl("prompt", new URL("./my_dataset.jsonl", import.meta.url), {
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
  evals: [tokenMatch(dataset, { count: dataset.size, tokens: 32 })],
  workloads: [{ ...chatSingle, maxTokens: 24 }],
  pairs: 6,
  seed: 1,
};
