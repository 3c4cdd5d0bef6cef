/** How the engines here open a model: its file is checked, its graph is written once, its session lives in a worker. */
import { isCached } from "../assets/mod.ts";
import type { Session } from "../engine.ts";
import { fileTokenizer } from "../file_tokenizer.ts";
import { checkPrecision } from "../precision.ts";
import type { Stack } from "../stack.ts";
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
  const { body, head, embedding = head } = stack.model.params;
  using weights = openWeights(stack.model.file, stack.model.params.layers);
  const { width, heads, headDim, ffn } = modelConfig(weights);
  checkPrecision(body, [width, heads * headDim, ffn]);
  for (const precision of [head, embedding]) checkPrecision(precision, [width]);
  const tokenizer = fileTokenizer(weights);
  if (!(await isCached(await graphName(stack, kind)))) {
    const writing: Writing = { stack, kind };
    await workInWorker(import.meta.resolve("./graph_worker.ts"), writing, progress);
  }
  return await openInWorker(module, opening, tokenizer, progress);
}
