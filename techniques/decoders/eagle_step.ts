/**
 * One step of training EAGLE's layer (Li et al., ICML 2024, 4.2) as one graph, its gradients written by hand: smooth L1
 * to the feature that the target had, and cross-entropy to the law that the target's own rows u of the LM head, which
 * stay as they are, give for it.
 */
import { adam, declareAdam, GraphBuilder } from "../../engine/mod.ts";
import { given, layer, type LayerShape, type Parameter, rotated, shapes } from "./eagle_layer.ts";

/** How much smooth L1, a mean over the feature's width, counts beside cross-entropy. */
const FEATURE = 1;

/**
 * Inputs beside the layer's: goal [R, width] the target's features, weight [R, 1] (they sum to 1), and
 * the parameters' moments with what Adam shares. Outputs: the loss in nats, `right`, the weighed share of rows whose
 * likeliest guess is the target's, and everything learned anew.
 */
export function stepGraph(shape: LayerShape, u: Float32Array): Uint8Array {
  const { width } = shape;
  const g = new GraphBuilder();
  const z = layer(g, shape, given(g, shape), false);
  g.inline("u", "f32", [u.length / width, width], u);
  g.input("goal", "f32", ["R", width]);
  g.input("weight", "f32", ["R", 1]);
  declareAdam(g);
  const mul = (a: string, b: string, product: string) => g.node("Mul", [a, b], [product]);
  const sub = (a: string, b: string, rest: string) => g.node("Sub", [a, b], [rest]);
  const sum = (x: string, name: string) => g.node("ReduceSum", [x], [name], { keepdims: 0 });
  const scalar = (name: string, value: number) => g.table(name, "f32", [], () => Float32Array.of(value));

  g.fused("FusedMatMul", [z, "u"], ["logits"], { transB: 1 });
  g.node("LogSoftmax", ["logits"], ["laws"], { axis: -1 });
  g.fused("FusedMatMul", ["goal", "u"], ["goal.logits"], { transB: 1 });
  g.node("Softmax", ["goal.logits"], ["goal.law"], { axis: -1 });
  const crossed = sum(mul(mul("goal.law", "laws", "agreed"), "weight", "agreed.weighed"), "agreement");
  // Smooth L1 of d is c (d - c / 2), where c is d clipped to -1 and 1; its slope is c.
  const d = sub(z, "goal", "d");
  const c = g.node("Clip", [d, scalar("least", -1), scalar("most", 1)], ["c"]);
  const far = mul(c, sub(d, mul(c, scalar("half", 0.5), "c.half"), "d.less"), "far");
  const share = mul("weight", scalar("feature.share", FEATURE / width), "weight.feature");
  sub(sum(mul(far, share, "far.weighed"), "distance"), crossed, "loss");
  g.output("loss", "f32", []);
  const best = (x: string) => g.node("ArgMax", [x], [`${x}.best`], { axis: -1 });
  g.node("Equal", [best("logits"), best("goal.logits")], ["same"]);
  sum(mul(g.cast("same", "f32", "same.number"), "weight", "same.weighed"), "right");
  g.output("right", "f32", []);

  const law = g.node("Exp", ["laws"], ["law"]);
  const dLogits = mul(sub(law, "goal.law", "law.over"), "weight", "d.logits");
  const dZ = g.node("Add", [g.node("MatMul", [dLogits, "u"], ["d.z.law"]), mul(c, share, "d.z.far")], [
    "d.z",
  ]);
  const gradients = backward(g, shape, dZ);
  for (const [name, dims] of Object.entries(shapes(shape))) {
    adam(g, name, dims, gradients[name as Parameter]);
  }
  return g.encode("eagle_step");
}

/** Adds the gradients of the layer's parameters from that of what it predicts, [R, width]. */
function backward(g: GraphBuilder, shape: LayerShape, dZ: string): Readonly<Record<Parameter, string>> {
  const { heads, kvHeads, headDim } = shape;
  const mul = (a: string, b: string, product: string) => g.node("Mul", [a, b], [product]);
  const add = (a: string, b: string, sum: string) => g.node("Add", [a, b], [sum]);
  const sub = (a: string, b: string, rest: string) => g.node("Sub", [a, b], [rest]);
  const times = (a: string, b: string, product: string, transposed: "transA" | "transB") =>
    g.fused("FusedMatMul", [a, b], [product], { [transposed]: 1 });
  const reshape = (x: string, dims: string, name: string) => g.node("Reshape", [x, dims], [name]);
  const swap = (x: string, name: string) => g.node("Transpose", [x], [name], { perm: [0, 2, 1, 3] });
  /** Of a matrix: the gradient of y = x w^T by w, and by x. */
  const ofMatrix = (name: Parameter, dY: string, x: string) => ({
    own: times(dY, x, `d.${name}`, "transA"),
    input: g.node("MatMul", [dY, name], [`d.${name}.input`]),
  });
  /** Of a norm n = x r gain, r being 1 / rms(x): the gradient by the gain, and by x. */
  const ofNorm = (gain: Parameter, dN: string, x: string) => {
    const [unit, r] = [`${gain}.unit`, `${gain}.inverse`];
    mul(x, r, unit);
    const own = g.node(
      "ReduceSum",
      [mul(dN, unit, `${gain}.by_row`), g.integers("rows", [0])],
      [`d.${gain}`],
      {
        keepdims: 0,
      },
    );
    const t = mul(dN, gain, `${gain}.t`);
    const along = g.node("ReduceMean", [mul(t, unit, `${gain}.tu`), g.integers("columns", [-1])], [
      `${gain}.along`,
    ]);
    const rest = sub(t, mul(unit, along, `${gain}.part`), `${gain}.rest`);
    return { own, input: mul(rest, r, `d.${gain}.input`) };
  };

  const down = ofMatrix("ffn_down", dZ, "fed");
  const dSilu = mul(down.input, "up", "d.silu");
  // SiLU'(x) = s (1 + x (1 - s)) = s + silu - silu s.
  const slope = sub(
    add("gate.sigmoid", "silu", "slope.most"),
    mul("silu", "gate.sigmoid", "silu.s"),
    "slope",
  );
  const dBoth = g.node("Concat", [mul(dSilu, slope, "d.gate"), mul(down.input, "silu", "d.up")], ["d.both"], {
    axis: 1,
  });
  const gateUp = ofMatrix("gate_up", dBoth, "ffn_norm.normed");
  const ffnNorm = ofNorm("ffn_norm", gateUp.input, "y");
  const dY = add(dZ, ffnNorm.input, "d.y");

  const output = ofMatrix("attn_output", dY, "mixed.rows");
  const byRow = g.node("Shape", ["mixed.by_row"], ["mixed.shape"]);
  const dMixed = reshape(
    swap(reshape(output.input, byRow, "d.mixed.by_row"), "d.mixed.heads"),
    "grouped",
    "d.mixed",
  );
  const dWeights = times(dMixed, "v", "d.weights", "transB");
  const own = mul("weights", dWeights, "weights.d");
  const all = g.node("ReduceSum", [own, g.integers("columns", [-1])], ["weights.all"]);
  const dScores = sub(own, mul("weights", all, "weights.share"), "d.scores");
  const dQuery = g.node("MatMul", [dScores, "k"], ["d.query"]);
  const dQ = reshape(dQuery, "apart", "d.q");
  const dQk = g.node("Concat", [dQ, times(dScores, "query", "d.k", "transA")], ["d.qk"], { axis: 1 });
  const back = rotated(g, dQk, g.node("Neg", ["sin"], ["sin.back"]), shape);
  const dV = times("weights", dMixed, "d.v", "transA");
  const dHeads = swap(g.node("Concat", [back, dV], ["d.by_head"], { axis: 1 }), "d.heads");
  const width = (heads + 2 * kvHeads) * headDim;
  const qkv = ofMatrix(
    "qkv",
    reshape(dHeads, g.integers("joined.qkv", [-1, width]), "d.projected"),
    "attn_norm.normed",
  );
  const attnNorm = ofNorm("attn_norm", qkv.input, "x");
  const dX = add(dY, attnNorm.input, "d.x");
  return {
    feature: times(dX, "f", "d.feature", "transA"),
    embedding: times(dX, "e", "d.embedding", "transA"),
    attn_norm: attnNorm.own,
    qkv: qkv.own,
    attn_output: output.own,
    ffn_norm: ffnNorm.own,
    gate_up: gateUp.own,
    ffn_down: down.own,
  };
}
