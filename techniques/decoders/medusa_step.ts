/**
 * A step of training Medusa heads (Cai et al., 2024) on a reduced vocabulary: g = A x + SiLU(W x + b), logits = U g, where U
 * is the target's own rows, frozen, and x the feature and, as it is known already, the embedding of the token that
 * followed it (the first link of Hydra's chain; Ankner et al., 2024). A graph is one step of training, its gradients
 * written by hand.
 */
import { adam, declareAdam, GraphBuilder } from "../../engine/mod.ts";

/** The target's rows of the tokens that may be guessed, [tokens x width]. */
export interface Rows {
  readonly width: number;
  readonly values: Float32Array;
}

/** The parameters of a head by name, with their shapes. */
export const shapes = (width: number) =>
  ({ a: [width, 2 * width], w: [width, 2 * width], b: [width] }) as const;

/**
 * One step towards the laws that the target's own features `goal` [n, width] give: x [n, 2 width], `share` 1 / n, the
 * parameters with their moments, and what Adam shares; the loss, a mean divergence in nats, and everything learned anew.
 */
export function stepGraph(rows: Rows): Uint8Array {
  const g = new GraphBuilder();
  const { width, values } = rows;
  g.input("x", "f32", ["n", 2 * width]);
  g.inline("u", "f32", [values.length / width, width], values);
  g.input("goal", "f32", ["n", width]);
  g.input("share", "f32", []);
  for (const [name, shape] of Object.entries(shapes(width))) g.input(name, "f32", shape);
  declareAdam(g);
  const laws = (state: string, name: string) => {
    const logits = g.fused("FusedMatMul", [state, "u"], [`${name}.logits`], { transB: 1 });
    return g.node("LogSoftmax", [logits], [name], { axis: -1 });
  };
  const z = g.node("Add", [g.fused("FusedMatMul", ["x", "w"], ["wx"], { transB: 1 }), "b"], ["z"]);
  const s = g.node("Sigmoid", [z], ["s"]);
  const linear = g.fused("FusedMatMul", ["x", "a"], ["ax"], { transB: 1 });
  const state = g.node("Add", [linear, g.node("Mul", [z, s], ["silu"])], ["state"]);
  const [own, goal] = [laws(state, "own"), laws("goal", "theirs")];
  const chances = g.node("Exp", [goal], ["chances"]);
  const apart = g.node("Mul", [chances, g.node("Sub", [goal, own], ["gap"])], ["apart"]);
  g.node("Mul", [g.node("ReduceSum", [apart], ["sum"], { keepdims: 0 }), "share"], ["loss"]);
  g.output("loss", "f32", []);

  // d loss / d logits = (own law - goal's) / n.
  const difference = g.node("Sub", [g.node("Exp", [own], ["own.chances"]), chances], ["difference"]);
  const logits = g.node("Mul", [difference, "share"], ["d.logits"]);
  const dState = g.node("MatMul", [logits, "u"], ["d.state"]);
  // SiLU'(z) = s (1 + z (1 - s)) = s + silu - silu s.
  const bent = g.node("Sub", ["silu", g.node("Mul", ["silu", "s"], ["silu.s"])], ["bent"]);
  const dZ = g.node("Mul", [dState, g.node("Add", ["s", bent], ["slope"])], ["d.z"]);
  const gradients = {
    a: g.fused("FusedMatMul", [dState, "x"], ["d.a"], { transA: 1 }),
    w: g.fused("FusedMatMul", [dZ, "x"], ["d.w"], { transA: 1 }),
    b: g.node("ReduceSum", [dZ, g.integers("axis.rows", [0])], ["d.b"], { keepdims: 0 }),
  };
  for (const [name, shape] of Object.entries(shapes(width))) {
    adam(g, name, shape, gradients[name as keyof typeof gradients]);
  }
  return g.encode("medusa_step");
}
