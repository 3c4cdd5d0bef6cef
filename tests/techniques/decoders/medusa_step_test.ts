/** One step of training a Medusa head: its gradients beside differences of its own loss, and its loss beside a plain one. */
import { assert, assertAlmostEquals } from "@std/assert";
import { adamStep, floats, type Learned, LoadedGraph, stepped, untrained } from "../../../engine/mod.ts";
import { shapes, stepGraph } from "../../../techniques/decoders/medusa_step.ts";
import { random } from "../quantizers/tiny_matrices.ts";

const [WIDTH, TOKENS, N] = [6, 9, 5];
const next = random(7);
const values = (count: number) => Float32Array.from({ length: count }, next);
const head = () =>
  Object.fromEntries(
    Object.entries(shapes(WIDTH)).map((
      [name, dims],
    ) => [name, values(dims.reduce((a: number, b: number) => a * b, 1))]),
  );
const rows = { width: WIDTH, values: values(TOKENS * WIDTH) };
const first = head();
const parameters = Object.fromEntries(
  Object.entries(shapes(WIDTH)).map(([name, dims]) => [name, floats(dims, first[name]!)]),
);
const batch = {
  x: floats([N, 2 * WIDTH], values(N * 2 * WIDTH)),
  goal: floats([N, WIDTH], values(N * WIDTH)),
  share: floats([], Float32Array.of(1 / N)),
};
const step = await LoadedGraph.open(stepGraph(rows));
const run = (learned: Learned, count = 1, rate = 0) =>
  step.run({ ...batch, ...learned, ...adamStep(count, rate) });
const lossOf = async (learned: Learned) => (await run(learned)).loss!.values[0] as number;

const rowOf = (all: Float32Array, row: number, width: number) => [
  ...all.subarray(row * width, (row + 1) * width),
];
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const scores = (state: readonly number[]) =>
  Array.from({ length: TOKENS }, (_, v) => dot(state, rowOf(rows.values, v, WIDTH)));
const logLaw = (logits: readonly number[]) => {
  const all = Math.log(logits.reduce((total, x) => total + Math.exp(x), 0));
  return logits.map((x) => x - all);
};

/** The logits that a head gives a row of x, in 64-bit floats. */
function logitsOf(own: Readonly<Record<string, Float32Array>>, row: number): number[] {
  const x = rowOf(batch.x.values as Float32Array, row, 2 * WIDTH);
  return scores(Array.from({ length: WIDTH }, (_, i) => {
    const z = dot(x, rowOf(own.w!, i, 2 * WIDTH)) + own.b![i]!;
    return dot(x, rowOf(own.a!, i, 2 * WIDTH)) + z / (1 + Math.exp(-z));
  }));
}

Deno.test("the loss is the mean divergence from the laws that the goal's features give", async () => {
  let expected = 0;
  for (let row = 0; row < N; row++) {
    const theirs = logLaw(scores(rowOf(batch.goal.values as Float32Array, row, WIDTH)));
    const own = logLaw(logitsOf(first, row));
    expected += theirs.reduce((sum, x, v) => sum + Math.exp(x) * (x - own[v]!), 0) / N;
  }
  assertAlmostEquals(await lossOf(untrained(parameters)), expected, 1e-5);
});

Deno.test("the gradients are those that differences of the loss show", async () => {
  const learned = untrained(parameters);
  // After one step from nothing the mean is a tenth of the gradient.
  const out = await run(learned);
  for (const [name, { dims, values }] of Object.entries(parameters)) {
    const gradient = (out[`${name}.mean.next`]!.values as Float32Array).map((mean) => mean * 10);
    for (let i = 0; i < gradient.length; i++) {
      const moved = async (by: number) => {
        const changed = Float32Array.from(values as Float32Array);
        changed[i]! += by;
        return await lossOf({ ...learned, [name]: floats(dims, changed) });
      };
      assertAlmostEquals(gradient[i]!, (await moved(0.01) - await moved(-0.01)) / 0.02, 1e-3);
    }
  }
});

Deno.test("the first step of Adam moves every parameter that has a gradient by the rate", async () => {
  const out = await run(untrained(parameters), 1, 0.001);
  (out["w.next"]!.values as Float32Array).forEach((x, i) =>
    assertAlmostEquals(Math.abs(x - first.w![i]!), 0.001, 1e-5)
  );
});

Deno.test("steps of training find what they are shown", async () => {
  let learned = untrained(parameters);
  const before = await lossOf(learned);
  for (let count = 1; count <= 100; count++) learned = stepped(learned, await run(learned, count, 0.05));
  assert(await lossOf(learned) < before / 10);
});
