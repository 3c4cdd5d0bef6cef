/** Graphs as files: each is written once into the cache folder, under a name that tells all that it depends on. */
import { publishFolder } from "../assets/mod.ts";
import { GraphBuilder } from "../graph/builder.ts";
import { fusedExport } from "../graph/fused_export.ts";
import { llama } from "../graph/llama.ts";
import { digest, type Stack } from "../stack.ts";
import { modelConfig, openGguf } from "../weights/mod.ts";

/** "split": for the embedded engine; "fused": as exporters write it for transformers.js. */
export type GraphKind = "split" | "fused";

/** Where a stack's graph is in the cache folder. */
export async function graphName({ model: { params } }: Stack, kind: GraphKind): Promise<string> {
  return `graphs/${kind}-${await digest({ params, graph: await sourceDigest() })}`;
}

/** The folder of a stack's graph, written if it is not there; `progress` is told the share that is written. */
export async function graphFolder(
  stack: Stack,
  kind: GraphKind,
  progress: (done: number) => void,
): Promise<string> {
  return await publishFolder(await graphName(stack, kind), (path) => {
    using weights = openGguf(stack.model.file);
    const builder = new GraphBuilder(path);
    const write = kind === "split" ? llama : fusedExport;
    write(builder, weights, modelConfig(weights), stack.model.params, progress);
    builder.finish(stack.model.name);
  });
}

/** A digest of the code that writes graphs, so that no graph of an older version is ever loaded. */
async function sourceDigest(): Promise<string> {
  const folder = new URL("../graph/", import.meta.url);
  const names = ["builder", "llama", "fused_export", "attention", "linear", "mlp", "norm", "quantize"];
  return await digest(
    await Promise.all(names.map((name) => Deno.readTextFile(new URL(`${name}.ts`, folder)))),
  );
}
