/** A graph of one's own on ONNX Runtime: arrays in, arrays out. What drafts and what trains is computed by it. */
import type { InferenceSession } from "onnxruntime-common";
import type { Runtime } from "../engines/onnx_network.ts";
import { loadRuntime, RESTING } from "../engines/onnx_runtime.ts";
import { Products } from "./products.ts";

/** Numbers with their shape. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** A tensor of floats. */
export function floats(dims: readonly number[], values: Float32Array): Tensor {
  return { dims, values };
}

/** A tensor of whole numbers. */
export function integers(dims: readonly number[], values: readonly number[]): Tensor {
  return { dims, values: BigInt64Array.from(values, BigInt) };
}

export class LoadedGraph implements AsyncDisposable {
  private constructor(private readonly runtime: Runtime, private readonly session: InferenceSession) {}

  /** Loads a graph as `GraphBuilder.encode` gives it, on the faster runtime with all cores where none is given. */
  static async open(
    graph: Uint8Array,
    on?: { readonly runtime: Runtime; readonly threads: number },
  ): Promise<LoadedGraph> {
    const { runtime, threads } = on ?? await loadRuntime();
    return new LoadedGraph(
      runtime,
      await runtime.InferenceSession.create(graph, {
        intraOpNumThreads: threads,
        enableCpuMemArena: false,
        extra: RESTING,
      }),
    );
  }

  /** The outputs by name. */
  async run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> {
    const given = Object.entries(feeds).map(([name, { dims, values }]) => {
      const type = values instanceof Float32Array ? "float32" : "int64";
      return [name, new this.runtime.Tensor(type, values as Float32Array, dims)] as const;
    });
    const out = await this.session.run(Object.fromEntries(given));
    return Object.fromEntries(
      Object.entries(out).map(([name, { dims, data }]) => [name, { dims, values: data as Float32Array }]),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.release();
  }
}

/** Products on the faster runtime with all cores. */
export async function openProducts(): Promise<Products> {
  const { runtime, threads } = await loadRuntime();
  return new Products(runtime, threads);
}
