/// <reference lib="deno.worker" />
/** Hosts one session of the embedded engine. */
import { systemClock } from "../clock.ts";
import { IdSession, openSlots } from "../session.ts";
import { type Opening, openNetwork } from "./onnx_open.ts";
import { loadBackend } from "./onnx_runtime.ts";
import { LoadedGraph } from "../workbench/loaded_graph.ts";
import { host } from "./worker_host.ts";

host(async (opening: Opening, progress) => {
  const network = await openNetwork(opening, progress);
  const slots = await openSlots(opening.stack, {
    shape: network.shape,
    model: opening.stack.model,
    clock: systemClock,
    network: (model) => openNetwork({ ...opening, stack: { ...opening.stack, model } }, progress),
    program: async (graph) => {
      const runtime = await loadBackend(opening.backend, opening.threads);
      // It reads few weights for few rows: waking a second thread takes as long as that one saves.
      return await LoadedGraph.open(graph, { runtime, threads: 1 });
    },
  });
  return new IdSession(network, slots, systemClock);
});
