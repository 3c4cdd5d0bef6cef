/** What ranks the guesses of Medusa heads (medusa_step.ts), all heads in one run, with weights of eight bits. */
import { GraphBuilder } from "../../engine/mod.ts";
import { product } from "./eight_bits.ts";
import { type Rows, shapes } from "./medusa_step.ts";
import type { Parts } from "./trained.ts";

/**
 * x [n, 2 width] gives for each row and head the `most` best places among the rows, best first, and how likely the head
 * holds each, both [n, heads, most].
 */
export function rankGraph({ width, values }: Rows, heads: readonly Parts[], most: number): Uint8Array {
  const g = new GraphBuilder();
  g.input("x", "f32", ["n", 2 * width]);
  const dims = shapes(width);
  const all = heads.map(({ a, w, b }, i) => {
    const at = (name: string) => `${name}.${i}`;
    const bias = g.inline(at("b"), "f32", dims.b, b!);
    const z = g.node("Add", [product(g, "x", at("w"), w!, dims.w), bias], [at("z")]);
    const silu = g.node("Mul", [z, g.node("Sigmoid", [z], [at("s")])], [at("silu")]);
    const state = g.node("Add", [product(g, "x", at("a"), a!, dims.a), silu], [at("state")]);
    return g.node("Unsqueeze", [state, g.integers("axis", [1])], [at("of")]);
  });
  const states = g.node("Concat", all, ["states"], { axis: 1 });
  const flat = g.node("Reshape", [states, g.integers("flat.shape", [-1, width])], ["flat"]);
  const logits = product(g, flat, "u", values, [values.length / width, width]);
  const laws = g.node("Softmax", [logits], ["laws"], { axis: -1 });
  g.node("TopK", [laws, g.integers("most", [most])], ["best.chances", "best.places"], { axis: -1 });
  const shape = g.integers("ranked.shape", [-1, heads.length, most]);
  for (const [name, type] of [["chances", "f32"], ["places", "i64"]] as const) {
    g.node("Reshape", [`best.${name}`, shape], [name]);
    g.output(name, type, ["n", heads.length, most]);
  }
  return g.encode("medusa_rank");
}
