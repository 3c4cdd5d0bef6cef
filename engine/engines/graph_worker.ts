/// <reference lib="deno.worker" />
/** Writes one graph, in a worker so that the memory that it takes goes with the worker. */
import type { Stack } from "../stack.ts";
import { graphFolder, type GraphKind } from "./graph_files.ts";
import { hostWork } from "./worker_host.ts";

/** What graph is to be written. */
export interface Writing {
  readonly stack: Stack;
  readonly kind: GraphKind;
}

hostWork(async ({ stack, kind }: Writing, progress) => {
  await graphFolder(stack, kind, progress);
});
