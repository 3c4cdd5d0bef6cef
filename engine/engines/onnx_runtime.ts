/** ONNX Runtime in the form that a backend runs. */
import type { Tensor } from "onnxruntime-common";
import { type Backend, fasterBackend } from "./backend.ts";
import type { Runtime } from "./onnx_network.ts";

/**
 * Threads of a session do not spin once a run is over: they would take the cores from sessions that run in turns with
 * it, as those of a model and its drafter do.
 */
export const RESTING = { session: { force_spinning_stop: "1" } } as const;

/** The faster one for the processor, with all its cores. */
export async function loadRuntime(): Promise<{ readonly runtime: Runtime; readonly threads: number }> {
  const threads = navigator.hardwareConcurrency;
  return { runtime: await loadBackend(await fasterBackend(), threads), threads };
}

/** The runtime of a backend. */
export async function loadBackend(backend: Backend, threads: number): Promise<Runtime> {
  if (backend === "native") return await import("onnxruntime-node") as unknown as Runtime;
  if (backend === "webgpu") return await loadWebgpu();
  const web = await import("onnxruntime-web");
  // The package's own default is half the cores; a comparison needs the number that was asked for.
  web.env.wasm.numThreads = threads;
  return web as unknown as Runtime & { Tensor: typeof Tensor };
}

/** The bundle that browsers load, which asks the page's location where its WebAssembly lies: a worker here has none. */
async function loadWebgpu(): Promise<Runtime> {
  Object.defineProperty(globalThis, "location", { value: undefined, configurable: true });
  const web = await import("onnxruntime-web/webgpu");
  web.env.wasm.wasmPaths = {
    mjs: import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs"),
    wasm: import.meta.resolve("onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm"),
  };
  web.env.wasm.numThreads = 1;
  return web as unknown as Runtime;
}
