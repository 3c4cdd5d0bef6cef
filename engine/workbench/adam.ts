/** Adam (Kingma and Ba, 2015) as nodes of a graph, so that a whole step of training is one run of it. */
import type { GraphBuilder } from "../graph/builder.ts";
import { floats, type Tensor } from "./loaded_graph.ts";

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8] as const;

/** Inputs that all updates of a graph share. */
const SHARED = ["rate", "correction1", "correction2"] as const;

/** Declares what all updates share; once in a graph. */
export function declareAdam(g: GraphBuilder): void {
  for (const name of SHARED) g.input(name, "f32", []);
}

/**
 * Adds the update of a parameter by its gradient: inputs NAME, NAME.mean and NAME.square of a shape, and outputs of the
 * same names with ".next" at their ends.
 */
export function adam(g: GraphBuilder, name: string, shape: readonly number[], gradient: string): void {
  const at = (part: string) => `${name}.${part}`;
  const scalar = (value: number) => g.table(`adam.${value}`, "f32", [], () => Float32Array.of(value));
  const mean = g.input(at("mean"), "f32", shape);
  const square = g.input(at("square"), "f32", shape);
  const mixed = (old: string, now: string, beta: number, part: string) => {
    const kept = g.node("Mul", [old, scalar(beta)], [at(`${part}.kept`)]);
    const added = g.node("Mul", [now, scalar(1 - beta)], [at(`${part}.added`)]);
    g.output(at(`${part}.next`), "f32", shape);
    return g.node("Add", [kept, added], [at(`${part}.next`)]);
  };
  const m = mixed(mean, gradient, BETA1, "mean");
  const v = mixed(square, g.node("Mul", [gradient, gradient], [at("gradient_square")]), BETA2, "square");
  const root = g.node("Sqrt", [g.node("Mul", [v, "correction2"], [at("v")])], [at("root")]);
  const step = g.node("Div", [
    g.node("Mul", [g.node("Mul", [m, "correction1"], [at("m")]), "rate"], [at("scaled")]),
    g.node("Add", [root, scalar(EPSILON)], [at("below")]),
  ], [at("step")]);
  g.node("Sub", [name, step], [`${name}.next`]);
  g.output(`${name}.next`, "f32", shape);
}

/** What all updates share in a step, counted from 1, at a rate of learning. */
export function adamStep(step: number, rate: number): Readonly<Record<(typeof SHARED)[number], Tensor>> {
  const scalar = (value: number) => floats([], Float32Array.of(value));
  return {
    rate: scalar(rate),
    correction1: scalar(1 / (1 - BETA1 ** step)),
    correction2: scalar(1 / (1 - BETA2 ** step)),
  };
}

/** A parameter's state: itself and both moments. */
export type Learned = Readonly<Record<string, Tensor>>;

/** The state of parameters before the first step. */
export function untrained(parameters: Readonly<Record<string, Tensor>>): Learned {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, { dims, values }]) => [
      [name, { dims, values }],
      ...["mean", "square"].map((part) => [`${name}.${part}`, floats(dims, new Float32Array(values.length))]),
    ]),
  );
}

/** The state after a step, of what the graph gave. */
export function stepped(learned: Learned, outputs: Readonly<Record<string, Tensor>>): Learned {
  return Object.fromEntries(Object.keys(learned).map((name) => [name, outputs[`${name}.next`]!]));
}
