/**
 * The graphs of Medusa heads (Cai et al., 2024) on a reduced vocabulary: g = A x + SiLU(W x + b), logits = U g, where U
 * is the target's own rows, frozen, and x the feature and, as it is known already, the embedding of the token that
 * followed it (the first link of Hydra's chain; Ankner et al., 2024). One graph is one step of training, its gradients
 * written by hand; another ranks guesses.
 */
import { adam, declareAdam, GraphBuilder } from "../../engine/mod.ts";
import type { Parts } from "./trained.ts";

/** The target's rows of the tokens that may be guessed, [tokens x width]. */
export interface Rows {
  readonly width: number;
  readonly values: Float32Array;
}

/** The parameters of a head by name, with their shapes. */
export const shapes = (width: number) =>
  ({ a: [width, 2 * width], w: [width, 2 * width], b: [width] }) as const;

/** What of head `at` is not another's. */
function states(g: GraphBuilder, at: string): string {
  const own = (name: string) => `${name}${at}`;
  const z = g.node("Add", [g.fused("FusedMatMul", ["x", own("w")], [own("wx")], { transB: 1 }), own("b")], [
    own("z"),
  ]);
  const s = g.node("Sigmoid", [z], [own("s")]);
  const linear = g.fused("FusedMatMul", ["x", own("a")], [own("ax")], { transB: 1 });
  return g.node("Add", [linear, g.node("Mul", [z, s], [own("silu")])], [own("state")]);
}

function given(g: GraphBuilder, { width, values }: Rows): number {
  g.input("x", "f32", ["n", 2 * width]);
  const rows = values.length / width;
  g.inline("u", "f32", [rows, width], values);
  return rows;
}

/**
 * What ranks guesses: x [n, 2 width] gives for each row and head the `most` best places among the rows, best first, and
 * how likely the head holds each, both [n, heads, most].
 */
export function rankGraph(rows: Rows, heads: readonly Parts[], most: number): Uint8Array {
  const g = new GraphBuilder();
  given(g, rows);
  const all = heads.map((head, i) => {
    for (const [name, dims] of Object.entries(shapes(rows.width))) {
      g.inline(`${name}.${i}`, "f32", dims, head[name]!);
    }
    return g.node("Unsqueeze", [states(g, `.${i}`), g.integers("axis", [1])], [`of.${i}`]);
  });
  const state = g.node("Concat", all, ["states"], { axis: 1 });
  const flat = g.node("Reshape", [state, g.integers("flat.shape", [-1, rows.width])], ["flat"]);
  const logits = g.fused("FusedMatMul", [flat, "u"], ["logits"], { transB: 1 });
  const laws = g.node("Softmax", [logits], ["laws"], { axis: -1 });
  g.node("TopK", [laws, g.integers("most", [most])], ["best.chances", "best.places"], { axis: -1 });
  const shape = g.integers("ranked.shape", [-1, heads.length, most]);
  for (const [name, type] of [["chances", "f32"], ["places", "i64"]] as const) {
    g.node("Reshape", [`best.${name}`, shape], [name]);
    g.output(name, type, ["n", heads.length, most]);
  }
  return g.encode("medusa_rank");
}

/**
 * One step towards the laws that the target's own features `goal` [n, width] give: x [n, 2 width], `share` 1 / n, the
 * parameters with their moments, and what Adam shares; the loss, a mean divergence in nats, and everything learned anew.
 */
export function stepGraph(rows: Rows): Uint8Array {
  const g = new GraphBuilder();
  given(g, rows);
  const { width } = rows;
  g.input("goal", "f32", ["n", width]);
  g.input("share", "f32", []);
  for (const [name, shape] of Object.entries(shapes(width))) g.input(name, "f32", shape);
  declareAdam(g);
  const laws = (state: string, name: string) => {
    const logits = g.fused("FusedMatMul", [state, "u"], [`${name}.logits`], { transB: 1 });
    return g.node("LogSoftmax", [logits], [name], { axis: -1 });
  };
  const [own, goal] = [laws(states(g, ""), "own"), laws("goal", "theirs")];
  const chances = g.node("Exp", [goal], ["chances"]);
  const apart = g.node("Mul", [chances, g.node("Sub", [goal, own], ["gap"])], ["apart"]);
  g.node("Mul", [g.node("ReduceSum", [apart], ["sum"], { keepdims: 0 }), "share"], ["loss"]);
  g.output("loss", "f32", []);

  // d loss / d logits = (own law - goal's) / n.
  const difference = g.node("Sub", [g.node("Exp", [own], ["own.chances"]), chances], ["difference"]);
  const logits = g.node("Mul", [difference, "share"], ["d.logits"]);
  const state = g.node("MatMul", [logits, "u"], ["d.state"]);
  // SiLU'(z) = s (1 + z (1 - s)) = s + silu - silu s.
  const bent = g.node("Sub", ["silu", g.node("Mul", ["silu", "s"], ["silu.s"])], ["bent"]);
  const z = g.node("Mul", [state, g.node("Add", ["s", bent], ["slope"])], ["d.z"]);
  const gradients = {
    a: g.fused("FusedMatMul", [state, "x"], ["d.a"], { transA: 1 }),
    w: g.fused("FusedMatMul", [z, "x"], ["d.w"], { transA: 1 }),
    b: g.node("ReduceSum", [z, g.integers("axis.rows", [0])], ["d.b"], { keepdims: 0 }),
  };
  for (const [name, shape] of Object.entries(shapes(width))) {
    adam(g, name, shape, gradients[name as keyof typeof gradients]);
  }
  return g.encode("medusa_step");
}
