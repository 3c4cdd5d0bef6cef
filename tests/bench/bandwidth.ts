/**
 * What decoding is bounded by: how fast this machine streams weights from memory. Measured as one row times a matrix
 * far larger than any cache, by the runtime that the engine uses.
 */
import { GraphBuilder } from "../../engine/graph/builder.ts";
import { systemClock } from "../../mod.ts";
import ort from "onnxruntime-node";

const SIZE = 8192;
const RUNS = 9;

/** Bytes per second: the best of a few runs. */
export async function bandwidth(threads: number): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    const g = new GraphBuilder(folder);
    g.input("x", "f32", [1, SIZE]);
    const weight = g.constant("w", "f32", [SIZE, SIZE], () => new Float32Array(SIZE * SIZE).fill(1e-3));
    g.node("MatMul", ["x", weight], ["y"]);
    g.output("y", "f32", [1, SIZE]);
    const session = await ort.InferenceSession.create(g.finish("bandwidth"), { intraOpNumThreads: threads });
    const x = new ort.Tensor("float32", new Float32Array(SIZE).fill(1), [1, SIZE]);
    let best = Infinity;
    for (let run = 0; run < RUNS; run++) {
      const start = systemClock.now();
      await session.run({ x });
      best = Math.min(best, systemClock.now() - start);
    }
    await session.release();
    return SIZE * SIZE * 4 / best * 1000;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
