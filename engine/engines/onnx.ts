/** The embedded engine on ONNX Runtime, native, WebAssembly or WebGPU; each session lives in a worker of its own. */
import { type Engine, type Session, UserError } from "../engine.ts";
import { type Hardware, readHardware } from "../hardware.ts";
import { modelsOf, type Stack } from "../stack.ts";
import type { Backend } from "./backend.ts";
import { graphBytes } from "./graph_files.ts";
import { openModel } from "./model_session.ts";
import type { Opening } from "./onnx_open.ts";

export interface OnnxOptions {
  readonly backend: Backend;
  /** Threads of one operator; the number of cores where absent. */
  readonly threads?: number;
  /** Told the share of the graph written, when it is written for the first time. */
  readonly progress?: (done: number) => void;
}

/** The engine that runs stacks here. */
export function onnxEngine(
  { backend, threads = navigator.hardwareConcurrency, progress = () => {} }: OnnxOptions,
): Engine {
  return {
    name: `onnx-${backend}`,
    hardware: async (): Promise<Hardware> =>
      backend === "webgpu"
        ? await readHardware(`webgpu on ${(await adapter()).description}`, 1)
        : await readHardware(backend, threads),
    async open(stack: Stack): Promise<Session> {
      if (backend === "webgpu") await adapter();
      if (backend !== "native") checkFits(stack, backend);
      const opening: Opening = { stack, backend, threads };
      return await openModel(import.meta.resolve("./onnx_worker.ts"), "split", opening, progress);
    },
  };
}

/** What the GPU calls itself. A software adapter is as right as any, and slow. @throws {UserError} when there is none. */
export async function adapter(): Promise<{ readonly description: string; readonly software: boolean }> {
  const found = await navigator.gpu?.requestAdapter();
  if (!found) {
    throw new UserError(
      "Cannot use the webgpu backend as Deno's WebGPU must find an adapter: it finds none. " +
        "Use --backend native or wasm.",
    );
  }
  const { description, vendor, device, isFallbackAdapter } = found.info;
  return { description: description || `${vendor} ${device}`.trim(), software: isFallbackAdapter };
}

/** What WebAssembly can address. */
const WASM_BYTES = 2 ** 32;

function checkFits(stack: Stack, backend: Backend): void {
  const bytes = modelsOf(stack).reduce(
    (sum, model) => sum + graphBytes({ ...stack, model }, "split"),
    0,
  );
  if (bytes < WASM_BYTES) return;
  throw new UserError(
    `Cannot open ${stack.model.name} on ${backend} as its weights must fit WebAssembly's ${
      gigabytes(WASM_BYTES)
    }: ` +
      `they are ${gigabytes(bytes)}. Use --backend native, or weights of fewer bits.`,
  );
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
