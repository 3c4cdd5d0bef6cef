/** The embedded engine on ONNX Runtime, native or WebAssembly; each session lives in a worker of its own. */
import { isCached } from "../assets/mod.ts";
import type { Engine, Session } from "../engine.ts";
import { ggufTokenizer } from "../gguf_tokenizer.ts";
import { type Hardware, readHardware } from "../hardware.ts";
import type { Stack } from "../stack.ts";
import { modelConfig, openGguf } from "../weights/mod.ts";
import { graphName } from "./graph_files.ts";
import type { Opening } from "./onnx_open.ts";
import { openInWorker } from "./worker_session.ts";

export interface OnnxOptions {
  readonly backend: "native" | "wasm";
  /** Threads of one operator; the number of cores where absent. */
  readonly threads?: number;
  /** Told the share of the graph written, when it is written for the first time. */
  readonly progress?: (done: number) => void;
}

/** Native has vector kernels for integers that WebAssembly lacks, and is the faster wherever its library loads. */
export async function fasterBackend(): Promise<OnnxOptions["backend"]> {
  try {
    await import("onnxruntime-node");
    return "native";
  } catch {
    return "wasm";
  }
}

/** The engine that runs stacks here. */
export function onnxEngine(
  { backend, threads = navigator.hardwareConcurrency, progress = () => {} }: OnnxOptions,
): Engine {
  return {
    name: `onnx-${backend}`,
    hardware: (): Promise<Hardware> => readHardware(backend, threads),
    async open(stack: Stack): Promise<Session> {
      using weights = openGguf(stack.model.file);
      modelConfig(weights);
      const tokenizer = ggufTokenizer(weights);
      const opening: Opening = { stack, backend, threads };
      const open = () => openInWorker(import.meta.resolve("./onnx_worker.ts"), opening, tokenizer, progress);
      // The memory that writing a graph takes is not the session's, so the session is opened anew after it.
      if (!(await isCached(await graphName(stack, "split")))) await (await open())[Symbol.asyncDispose]();
      return await open();
    },
  };
}
