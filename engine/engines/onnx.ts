/** The embedded engine on ONNX Runtime, native or WebAssembly; each session lives in a worker of its own. */
import type { Engine, Session } from "../engine.ts";
import { type Hardware, readHardware } from "../hardware.ts";
import type { Stack } from "../stack.ts";
import { openModel } from "./model_session.ts";
import type { Opening } from "./onnx_open.ts";

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
    open(stack: Stack): Promise<Session> {
      const opening: Opening = { stack, backend, threads };
      return openModel(import.meta.resolve("./onnx_worker.ts"), "split", opening, progress);
    },
  };
}
