/** How the engines here open a model: its file is checked, its graph is written once, its session lives in a worker. */
import { isCached } from "../assets/mod.ts";
import type { Session } from "../engine.ts";
import { fileTokenizer } from "../file_tokenizer.ts";
import { checkPrecision } from "../precision.ts";
import { modelsOf, type Stack } from "../stack.ts";
import { modelConfig, openWeights } from "../weights/mod.ts";
import { type GraphKind, graphName } from "./graph_files.ts";
import type { Writing } from "./graph_worker.ts";
import { openInWorker, workInWorker } from "./worker_session.ts";

/** `module`: the URL of the worker's module, which is given `opening`; `kind`: the graph that it loads. */
export async function openModel(
  module: string,
  kind: GraphKind,
  opening: { readonly stack: Stack },
  progress: (done: number) => void,
): Promise<Session> {
  const { stack } = opening;
  const models = modelsOf(stack);
  for (const { file, params: { body, head, embedding = head, layers } } of models) {
    using weights = openWeights(file, layers);
    const { width, heads, headDim, ffn } = modelConfig(weights);
    checkPrecision(body, [width, heads * headDim, ffn]);
    for (const precision of [head, embedding]) checkPrecision(precision, [width]);
  }
  using weights = openWeights(stack.model.file, stack.model.params.layers);
  const tokenizer = fileTokenizer(weights);
  for (const [i, model] of models.entries()) {
    const writing: Writing = { stack: { ...stack, model }, kind };
    if (await isCached(await graphName(writing.stack, kind))) continue;
    const told = (done: number) => progress((i + done) / models.length);
    await workInWorker(import.meta.resolve("./graph_worker.ts"), writing, told);
  }
  return await openInWorker(module, opening, tokenizer, progress);
}
