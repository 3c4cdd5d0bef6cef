/** What goes in: data sets and workloads. */
import type { Dataset, Sample } from "./dataset.ts";
import { arcEasy } from "./text/arc_easy.ts";
import { edgeCases } from "./text/edge_cases.ts";
import { hellaswag } from "./text/hellaswag.ts";
import { lambada } from "./text/lambada.ts";
import { mtBench } from "./text/mt_bench.ts";
import { quotedContext } from "./text/quoted_context.ts";
import { sharedPrefix } from "./text/shared_prefix.ts";
import { wikiText, wikiTextCalibration, wikiTextWorkload } from "./text/wiki_text.ts";
import { chatClients } from "./workloads/chat_clients.ts";
import { chatSingle } from "./workloads/chat_single.ts";
import { offlineBatch } from "./workloads/offline_batch.ts";
import { quotedSingle } from "./workloads/quoted_single.ts";
import type { Workload } from "./workload.ts";

export * from "./dataset.ts";
export * from "./workload.ts";
export { FILES } from "./packages.ts";
export { jsonl, type Owned } from "./jsonl.ts";
export type { Shapes } from "./jsonl_row.ts";
export { fetchAll } from "./source.ts";
export {
  arcEasy,
  edgeCases,
  hellaswag,
  lambada,
  mtBench,
  quotedContext,
  sharedPrefix,
  wikiText,
  wikiTextCalibration,
  wikiTextWorkload,
};
export { chatClients, chatSingle, offlineBatch, quotedSingle };

/** Every data set by name. */
export const datasets = {
  arc_easy: arcEasy,
  edge_cases: edgeCases,
  hellaswag,
  lambada,
  wiki_text: wikiText,
  wiki_text_calibration: wikiTextCalibration,
  wiki_text_workload: wikiTextWorkload,
  mt_bench: mtBench,
  quoted_context: quotedContext,
  shared_prefix: sharedPrefix,
} as const satisfies Record<string, Dataset<Sample>>;

/** Every workload by name. */
export const workloads = {
  chat_single: chatSingle,
  quoted_single: quotedSingle,
  chat_clients: chatClients,
  offline_batch: offlineBatch,
} as const satisfies Record<string, Workload>;
