/**
 * log(sum(exp(row))) of rows of logits, in two stages: the runtime adds 32-bit floats one by one, and over a whole
 * vocabulary that is off by 1e-4 nats. Input logits [n, vocabulary], output sums [n].
 */
import type { GraphBuilder } from "./builder.ts";

/** Adds the sums to the builder. */
export function logSumExp(g: GraphBuilder, vocabulary: number): void {
  let parts = Math.floor(Math.sqrt(vocabulary));
  while (vocabulary % parts !== 0) parts--;
  g.input("logits", "f32", ["n", vocabulary]);
  g.node("Reshape", ["logits", g.integers("shape", [0, parts, -1])], ["parts"]);
  g.node("ReduceLogSumExp", ["parts", g.integers("inner", [2])], ["part_sums"], { keepdims: 0 });
  g.node("ReduceLogSumExp", ["part_sums", g.integers("outer", [1])], ["sums"], { keepdims: 0 });
  g.output("sums", "f32", ["n"]);
}
