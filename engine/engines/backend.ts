/** The forms of ONNX Runtime that the engine runs on. */
/** How ONNX Runtime runs: its own library, WebAssembly, or the GPU that Deno's WebGPU gives. */
export const BACKENDS = ["native", "wasm", "webgpu"] as const;
export type Backend = (typeof BACKENDS)[number];

/** Native has vector kernels for integers that WebAssembly lacks, and is the faster wherever its library loads. */
export async function fasterBackend(): Promise<Backend> {
  try {
    await import("onnxruntime-node");
    return "native";
  } catch {
    return "wasm";
  }
}
