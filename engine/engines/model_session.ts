/** How the engines here open a model: its file is checked, its graph is written once, its session lives in a worker. */
import { isCached } from "../assets/mod.ts";
import type { Session } from "../engine.ts";
import { fileTokenizer } from "../file_tokenizer.ts";
import type { Stack } from "../stack.ts";
import { modelConfig, openWeights } from "../weights/mod.ts";
import { type GraphKind, graphName } from "./graph_files.ts";
import { openInWorker } from "./worker_session.ts";

/** `module`: the URL of the worker's module, which is given `opening`; `kind`: the graph that it loads. */
export async function openModel(
  module: string,
  kind: GraphKind,
  opening: { readonly stack: Stack },
  progress: (done: number) => void,
): Promise<Session> {
  const { stack } = opening;
  using weights = openWeights(stack.model.file);
  modelConfig(weights);
  const tokenizer = fileTokenizer(weights);
  const open = () => openInWorker(module, opening, tokenizer, progress);
  // The memory that writing a graph takes is not the session's, so the session is opened anew after it.
  if (!(await isCached(await graphName(stack, kind)))) await (await open())[Symbol.asyncDispose]();
  return await open();
}
