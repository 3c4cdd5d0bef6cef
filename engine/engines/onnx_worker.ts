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
      const { backend, threads } = opening;
      return await LoadedGraph.open(graph, { runtime: await loadBackend(backend, threads), threads });
    },
  });
  return new IdSession(network, slots, systemClock);
});
