/** The engine's face: how tokens come out. */
export * from "./stack.ts";
export * from "./engine.ts";
export * from "./clock.ts";
export * from "./hardware.ts";
export * from "./tokenizer.ts";
export * from "./sampling.ts";
export * from "./network.ts";
export {
  dense,
  type KvLive,
  type KvRows,
  type KvShape,
  type KvView,
  type Page,
  PagedCache,
  type PagedParams,
  pageForm,
  type SeqId,
} from "./cache.ts";
export { PAGE_TOKENS, type PageForm, type PageRows } from "./pages.ts";
export type { KvGrid, KvPrecision } from "./rounded_pages.ts";
export {
  type Accepted,
  type Asking,
  chain,
  checkDraft,
  type Choose,
  type DecoderLive,
  type Draft,
  NO_DRAFT,
  oneByOne,
  plain,
  type Sequence,
  type StepTime,
  topTwo,
  verify,
} from "./decoder.ts";
export { drawGuess, type Guess, judgeGuess } from "./leviathan.ts";
export { type Job, oneAtATime, PREFILL_ROWS, type SchedulerLive, type Work } from "./scheduler.ts";
export { type Live, LiveSession, openSlots } from "./session.ts";
export * from "./assets/mod.ts";
export { checkPrecision } from "./precision.ts";
export { checkSameTokenizer } from "./same_tokenizer.ts";
export { bitsPerWeight, defaultModel, hubModel, knownModel, localModel, MODELS, SMOLLM2 } from "./model.ts";
export { moduleTexts } from "./module_texts.ts";
export { type Address, serve, type Server } from "./serve/serve.ts";
export type { Serving } from "./serve/app.ts";
export { Mailbox } from "./serve/mailbox.ts";
export * from "./workbench/mod.ts";
export { madeNotes } from "./workbench/made.ts";
export { type Backend, BACKENDS, fasterBackend } from "./engines/backend.ts";
export { adapter, onnxEngine, type OnnxOptions } from "./engines/onnx.ts";
export { calibrateKv, type KvCalibration } from "./engines/kv_calibration.ts";
export { type Aftermath, type HttpRequest, type HttpServer, OpenAiHttp } from "./engines/openai_http.ts";
export { transformersJs, type TransformersJsOptions } from "./engines/transformers_js.ts";
