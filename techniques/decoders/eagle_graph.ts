/** What drafts by EAGLE's layer: its weights and the target's rows of the LM head as integers of eight bits in the graph. */
import { GraphBuilder } from "../../engine/mod.ts";
import { layer, type LayerShape, type Parameter, shapes } from "./eagle_layer.ts";
import { product } from "./eight_bits.ts";
import type { Parts } from "./trained.ts";

/**
 * The layer (eagle_layer.ts) over a past, and of `chosen` [n] rows the `most` likeliest of the rows u: outputs features
 * [R, width], kv [b, s, 2 kvHeads, headDim], and places and log_probs [n, most], the likeliest first.
 */
export function draftGraph(shape: LayerShape, parts: Parts, u: Float32Array, most: number): Uint8Array {
  const { width, kvHeads, headDim } = shape;
  const g = new GraphBuilder();
  const dims = shapes(shape);
  const features = layer(g, shape, {
    times: (x, name) => product(g, x, name, parts[name]!, dims[name] as readonly [number, number]),
    gain: (name: Parameter) => g.inline(name, "f32", dims[name], parts[name]!),
  }, true);
  g.node("Identity", [features], ["features"]);
  g.output("features", "f32", ["R", width]);
  g.node("Concat", ["k", "v"], ["kv.by_head"], { axis: 1 });
  g.node("Transpose", ["kv.by_head"], ["kv"], { perm: [0, 2, 1, 3] });
  g.output("kv", "f32", ["b", "s", 2 * kvHeads, headDim]);
  g.input("chosen", "i64", ["n"]);
  g.node("Gather", [features, "chosen"], ["chosen.rows"], { axis: 0 });
  const logits = product(g, "chosen.rows", "u", u, [u.length / width, width]);
  g.node("LogSoftmax", [logits], ["laws"], { axis: -1 });
  g.node("TopK", ["laws", g.integers("most", [most])], ["log_probs", "places"], { axis: -1 });
  g.output("log_probs", "f32", ["n", most]);
  g.output("places", "i64", ["n", most]);
  return g.encode("eagle_draft");
}
