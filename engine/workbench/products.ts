/** Products of matrices by ONNX Runtime: what solvers spend their time in, at the speed of its kernels. */
import type { InferenceSession, TypedTensor } from "onnxruntime-common";
import type { Runtime } from "../engines/onnx_network.ts";
import { GraphBuilder } from "../graph/builder.ts";

/** A row-major matrix of 32-bit floats. */
export interface Dense {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export class Products implements AsyncDisposable {
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  constructor(private readonly runtime: Runtime, private readonly threads: number) {}

  /** a b, or a b^T, or a^T b. */
  async of(a: Dense, b: Dense, transposed?: "a" | "b"): Promise<Dense> {
    const session = await this.#session(transposed);
    const tensor = ({ rows, columns, values }: Dense) =>
      new this.runtime.Tensor("float32", values, [rows, columns]);
    const { c } = await session.run({ a: tensor(a), b: tensor(b) });
    const [rows, columns] = c!.dims as readonly [number, number];
    return { rows, columns, values: (c as TypedTensor<"float32">).data as Float32Array };
  }

  #session(transposed?: "a" | "b"): Promise<InferenceSession> {
    const key = transposed ?? "";
    const known = this.#sessions.get(key);
    if (known) return known;
    const g = new GraphBuilder();
    g.input("a", "f32", ["m", "k"]);
    g.input("b", "f32", ["l", "n"]);
    g.fused("FusedMatMul", ["a", "b"], ["c"], { transA: key === "a" ? 1 : 0, transB: key === "b" ? 1 : 0 });
    g.output("c", "f32", ["rows", "columns"]);
    const session = this.runtime.InferenceSession.create(g.encode("product"), {
      intraOpNumThreads: this.threads,
      enableCpuMemArena: false,
    });
    this.#sessions.set(key, session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }
}
