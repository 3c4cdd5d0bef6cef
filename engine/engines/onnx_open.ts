/** Opens a model recipe as a network: builds its graph once into the cache folder, then loads it into ONNX Runtime. */
import { UserError } from "../engine.ts";
import type { Stack } from "../stack.ts";
import { modelConfig, openWeights } from "../weights/mod.ts";
import { weightBytes } from "../graph/builder.ts";
import { embedding } from "../graph/embedding.ts";
import type { Backend } from "./backend.ts";
import { graphFolder, logSumExpFolder } from "./graph_files.ts";
import { OnnxNetwork, type Runtime } from "./onnx_network.ts";
import { loadBackend, RESTING } from "./onnx_runtime.ts";

export interface Opening {
  readonly stack: Stack;
  readonly backend: Backend;
  readonly threads: number;
}

/**
 * Opens the stack's model; `progress` is told the share of the graph written, where it has to be written.
 * @throws {UserError} when the graph is damaged.
 */
export async function openNetwork(
  { stack, backend, threads }: Opening,
  progress: (done: number) => void,
): Promise<OnnxNetwork> {
  using weights = openWeights(stack.model.file, stack.model.params.layers);
  const config = modelConfig(weights);
  const folder = await graphFolder(stack, "split", progress);
  const sums = await logSumExpFolder(config.vocabulary);
  const runtime = await loadBackend(backend, threads);
  const open = (path: string) =>
    create(runtime, { backend, threads }, path).catch((error) => {
      const [why] = String(error?.message ?? error).split("\n");
      throw new UserError(
        `Cannot load the graph ${path} as ONNX Runtime must accept it: ${why} If it is damaged, run \`deno task cache --clear\`.`,
      );
    });
  const table = embedding(weights, stack.model.params.embedding);
  return new OnnxNetwork({
    runtime,
    graph: await open(folder),
    logSumExp: await open(sums),
    shape: config,
    embed: table.row,
    weightBytes: await weightBytes(folder) + table.bytes,
    emptyPast: backend === "webgpu" ? 1 : 0,
  });
}

async function create(
  runtime: Runtime,
  { backend, threads }: Omit<Opening, "stack">,
  folder: string,
) {
  if (backend === "native") {
    return runtime.InferenceSession.create(`${folder}/model.onnx`, {
      intraOpNumThreads: threads,
      graphOptimizationLevel: "all",
      extra: RESTING,
    });
  }
  if (backend === "webgpu") {
    const bytes = (name: string) => Deno.readFile(`${folder}/${name}`);
    return runtime.InferenceSession.create(await bytes("model.onnx"), {
      executionProviders: ["webgpu"],
      // It warns that shapes are computed on the processor, as they should be.
      logSeverityLevel: 3,
      externalData: [{ path: "weights.bin", data: await bytes("weights.bin") }],
      graphOptimizationLevel: "all",
    });
  }
  return runtime.InferenceSession.create(`${folder}/model.onnx`, {
    executionProviders: ["wasm"],
    externalData: [{ path: "weights.bin", data: `${folder}/weights.bin` }],
    graphOptimizationLevel: "all",
  });
}
