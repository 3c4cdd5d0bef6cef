/** Graphs as files: each is written once into the cache folder, under a name that tells all that it depends on. */
import { publishFolder, removeStale } from "../assets/mod.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { fusedExport } from "../graph/fused_export.ts";
import { llama } from "../graph/llama.ts";
import { logSumExp } from "../graph/log_sum_exp.ts";
import { digest, type Stack } from "../stack.ts";
import { modelConfig, openWeights, type Weights } from "../weights/mod.ts";
import { openMade } from "../workbench/made.ts";
import { sourcesDigest } from "../workbench/sources.ts";

/** "split": for the embedded engine; "fused": as exporters write it for transformers.js. */
export type GraphKind = "split" | "fused";

const FOLDER = "graphs";
/** The share of the time that making other weights takes, where they have to be made. */
const MAKING = 0.98;
const SOURCES = [
  ...[
    "builder",
    "llama",
    "embedding",
    "float8",
    "w8a8",
    "fused_export",
    "log_sum_exp",
    "attention",
    "linear",
    "matrix",
    "mlp",
    "norm",
    "quantize",
  ]
    .map((name) => `graph/${name}`),
  ...[
    "blocks",
    "half",
    "k_blocks",
    "tensors",
    "packed",
    "join",
    "some_layers",
    "safetensors",
    "folder",
    "folder_config",
    "gguf",
    "gguf_config",
  ]
    .map((name) => `weights/${name}`),
];

/** Where a stack's graph is in the cache folder, wherever its weights came from. */
export async function graphName({ model: { params, maker } }: Stack, kind: GraphKind): Promise<string> {
  const { source: _, ...own } = params;
  const recipe = maker === undefined ? own : { ...own, sources: await sourcesDigest(maker) };
  return `${FOLDER}/${await version()}/${kind}-${await digest(recipe)}`;
}

/** The folder of a stack's graph, written if it is not there; `progress` is told the share that is written. */
export async function graphFolder(
  stack: Stack,
  kind: GraphKind,
  progress: (done: number) => void,
): Promise<string> {
  return await publishFolder(await graphName(stack, kind), async (path) => {
    await removeStale(FOLDER, await version());
    const { maker } = stack.model;
    using weights = await openMade(stack.model, (done) => progress(done * MAKING));
    const builder = new GraphBuilder(path);
    const written = (done: number) => progress(maker === undefined ? done : MAKING + done * (1 - MAKING));
    write(builder, weights, stack, kind, written);
    builder.finish(stack.model.name);
  });
}

/** Bytes of the weights of a stack's graph, whether it is written or not. */
export function graphBytes(stack: Stack, kind: GraphKind): number {
  using weights = openWeights(stack.model.file, stack.model.params.layers);
  const builder = new GraphBuilder();
  write(builder, weights, stack, kind, () => {});
  return builder.bytes;
}

function write(
  builder: GraphBuilder,
  weights: Weights,
  { model }: Stack,
  kind: GraphKind,
  progress: (done: number) => void,
): void {
  const network = kind === "split" ? llama : fusedExport;
  network(builder, weights, modelConfig(weights), model.params, progress);
}

/** The folder of the graph that sums a vocabulary's exponentials. */
export async function logSumExpFolder(vocabulary: number): Promise<string> {
  return await publishFolder(`${FOLDER}/${await version()}/log_sum_exp-${vocabulary}`, (path) => {
    const builder = new GraphBuilder(path);
    logSumExp(builder, vocabulary);
    builder.finish("log_sum_exp");
  });
}

/** A digest of the code that writes graphs, so that no graph of another version is ever loaded. */
async function version(): Promise<string> {
  const folder = new URL("../", import.meta.url);
  const texts = await Promise.all(SOURCES.map((name) => Deno.readTextFile(new URL(`${name}.ts`, folder))));
  return (await digest(texts)).slice(0, 16);
}
