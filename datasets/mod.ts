/** What goes in: data sets and workloads. */
import type { Dataset, Sample } from "./dataset.ts";
import { agentTurns } from "./text/agent_turns.ts";
import { arcChallenge } from "./text/arc_challenge.ts";
import { arcEasy } from "./text/arc_easy.ts";
import { boolq } from "./text/boolq.ts";
import { c4Text, c4TextCalibration, c4TextWorkload } from "./text/c4_text.ts";
import { codeEdits } from "./text/code_edits.ts";
import { codeText, codeTextCalibration, codeTextWorkload } from "./text/code_text.ts";
import { commonsenseQa } from "./text/commonsense_qa.ts";
import { edgeCases } from "./text/edge_cases.ts";
import { gsm8k } from "./text/gsm8k.ts";
import { hellaswag } from "./text/hellaswag.ts";
import { humanEval, humanEvalChat } from "./text/human_eval.ts";
import { lambada } from "./text/lambada.ts";
import { longAmongShort } from "./text/long_among_short.ts";
import { mathsQuestions } from "./text/maths_questions.ts";
import { mbpp } from "./text/mbpp.ts";
import { mmlu } from "./text/mmlu.ts";
import { mtBench } from "./text/mt_bench.ts";
import { openbookQa } from "./text/openbook_qa.ts";
import { piqa } from "./text/piqa.ts";
import { quotedContext } from "./text/quoted_context.ts";
import { rag } from "./text/rag.ts";
import { ruler, rulerOf } from "./text/ruler.ts";
import { rulerQa, rulerQaOf } from "./text/ruler_qa.ts";
import { sciq } from "./text/sciq.ts";
import { sharegpt } from "./text/sharegpt.ts";
import { sharedPrefix } from "./text/shared_prefix.ts";
import { squad, squadV2 } from "./text/squad.ts";
import { summaries } from "./text/summaries.ts";
import { tenants } from "./text/tenants.ts";
import { translations } from "./text/translations.ts";
import { triviaQa } from "./text/trivia_qa.ts";
import { wikiText, wikiTextCalibration, wikiTextWorkload } from "./text/wiki_text.ts";
import { winogrande } from "./text/winogrande.ts";
import { agentClients } from "./workloads/agent_clients.ts";
import { chatBursts } from "./workloads/chat_bursts.ts";
import { chatClients } from "./workloads/chat_clients.ts";
import { chatSingle } from "./workloads/chat_single.ts";
import { codeEditSingle } from "./workloads/code_edit_single.ts";
import { longMixedClients } from "./workloads/long_mixed_clients.ts";
import { mathsSingle } from "./workloads/maths_single.ts";
import { offlineBatch } from "./workloads/offline_batch.ts";
import { quotedSingle } from "./workloads/quoted_single.ts";
import { ragClients } from "./workloads/rag_clients.ts";
import { sharegptClients } from "./workloads/sharegpt_clients.ts";
import { summarySingle } from "./workloads/summary_single.ts";
import { tenantClients } from "./workloads/tenant_clients.ts";
import { translationSingle } from "./workloads/translation_single.ts";
import type { Workload } from "./workload.ts";

export * from "./dataset.ts";
export * from "./workload.ts";
export { FILES } from "./packages.ts";
export { MMLU_DIGEST, mmluFiles } from "./mmlu_files.ts";
export { readTrace, type Trace } from "./trace.ts";
export { jsonl, type Owned } from "./jsonl.ts";
export type { Shapes } from "./jsonl_row.ts";
export { fetchAll } from "./source.ts";
export { amongLong } from "./text/long_among_short.ts";
export {
  agentTurns,
  arcChallenge,
  arcEasy,
  boolq,
  c4Text,
  c4TextCalibration,
  c4TextWorkload,
  codeEdits,
  codeText,
  codeTextCalibration,
  codeTextWorkload,
  commonsenseQa,
  edgeCases,
  gsm8k,
  hellaswag,
  humanEval,
  humanEvalChat,
  lambada,
  longAmongShort,
  mathsQuestions,
  mbpp,
  mmlu,
  mtBench,
  openbookQa,
  piqa,
  quotedContext,
  rag,
  ruler,
  rulerOf,
  rulerQa,
  rulerQaOf,
  sciq,
  sharedPrefix,
  sharegpt,
  squad,
  squadV2,
  summaries,
  tenants,
  translations,
  triviaQa,
  wikiText,
  wikiTextCalibration,
  wikiTextWorkload,
  winogrande,
};
export {
  agentClients,
  chatBursts,
  chatClients,
  chatSingle,
  codeEditSingle,
  longMixedClients,
  mathsSingle,
  offlineBatch,
  quotedSingle,
  ragClients,
  sharegptClients,
  summarySingle,
  tenantClients,
  translationSingle,
};

/** Every data set by name. */
export const datasets = {
  arc_easy: arcEasy,
  arc_challenge: arcChallenge,
  boolq,
  commonsense_qa: commonsenseQa,
  mbpp,
  mmlu,
  openbook_qa: openbookQa,
  piqa,
  ruler,
  ruler_qa: rulerQa,
  sciq,
  squad,
  squad_v2: squadV2,
  trivia_qa: triviaQa,
  winogrande,
  edge_cases: edgeCases,
  gsm8k,
  human_eval: humanEval,
  human_eval_chat: humanEvalChat,
  hellaswag,
  lambada,
  c4_text: c4Text,
  c4_text_calibration: c4TextCalibration,
  c4_text_workload: c4TextWorkload,
  code_text: codeText,
  code_text_calibration: codeTextCalibration,
  code_text_workload: codeTextWorkload,
  wiki_text: wikiText,
  wiki_text_calibration: wikiTextCalibration,
  wiki_text_workload: wikiTextWorkload,
  mt_bench: mtBench,
  quoted_context: quotedContext,
  shared_prefix: sharedPrefix,
  agent_turns: agentTurns,
  long_among_short: longAmongShort,
  rag,
  tenants,
  sharegpt,
  code_edits: codeEdits,
  maths_questions: mathsQuestions,
  summaries,
  translations,
} as const satisfies Record<string, Dataset<Sample>>;

/** Every workload by name. */
export const workloads = {
  chat_single: chatSingle,
  quoted_single: quotedSingle,
  chat_clients: chatClients,
  offline_batch: offlineBatch,
  sharegpt_clients: sharegptClients,
  chat_bursts: chatBursts,
  rag_clients: ragClients,
  agent_clients: agentClients,
  tenant_clients: tenantClients,
  long_mixed_clients: longMixedClients,
  summary_single: summarySingle,
  code_edit_single: codeEditSingle,
  translation_single: translationSingle,
  maths_single: mathsSingle,
} as const satisfies Record<string, Workload>;
