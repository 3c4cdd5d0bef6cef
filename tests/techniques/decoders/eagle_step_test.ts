/** One step of training EAGLE's layer: its gradients beside differences of its own loss, and what it may look at. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  adamStep,
  floats,
  integers,
  type Learned,
  LoadedGraph,
  stepped,
  type Tensor,
  untrained,
} from "../../../engine/mod.ts";
import { type LayerShape, shapes } from "../../../techniques/decoders/eagle_layer.ts";
import { stepGraph } from "../../../techniques/decoders/eagle_step.ts";
import { random } from "../quantizers/tiny_matrices.ts";

const SHAPE: LayerShape = {
  width: 6,
  heads: 4,
  kvHeads: 2,
  headDim: 4,
  ffn: 5,
  epsilon: 1e-5,
  interleaved: true,
  ropeBase: 100,
};
/** Rows of u, sequences, and rows of each. */
const [ROWS, B, S] = [7, 2, 4];
const next = random(5);
const drawn = (...dims: number[]) =>
  floats(dims, Float32Array.from({ length: dims.reduce((product, n) => product * n, 1) }, next));
const parameters: Readonly<Record<string, Tensor>> = Object.fromEntries(
  Object.entries(shapes(SHAPE)).map(([name, dims]) => [name, drawn(...dims)]),
);
const angles = Array.from({ length: S * 2 }, (_, i) => Math.floor(i / 2) * 0.7 ** (i % 2));
const u = drawn(ROWS, SHAPE.width).values as Float32Array;
const batch = {
  f: drawn(B * S, SHAPE.width),
  e: drawn(B * S, SHAPE.width),
  goal: drawn(B * S, SHAPE.width),
  weight: floats([B * S, 1], Float32Array.of(0.2, 0.1, 0.1, 0.1, 0.2, 0.1, 0.2, 0)),
  positions: integers([B, S], [0, 1, 2, 3, 0, 1, 2, 3]),
  cos: floats([S, 2], Float32Array.from(angles, Math.cos)),
  sin: floats([S, 2], Float32Array.from(angles, Math.sin)),
  by_head: integers([4], [B, S, 8, 4]),
  mask: floats(
    [1, 1, 2 * S, S],
    Float32Array.from({ length: 2 * S * S }, (_, i) => (i % S > Math.floor(i / S) % S ? -1e9 : 0)),
  ),
};
const step = await LoadedGraph.open(stepGraph(SHAPE, u));
const run = (learned: Learned, count = 1, rate = 0, given = batch) =>
  step.run({ ...given, ...learned, ...adamStep(count, rate) });
const lossOf = async (learned: Learned, given = batch) =>
  (await run(learned, 1, 0, given)).loss!.values[0] as number;

for (const interleaved of [true, false]) {
  Deno.test(`the gradients are those that differences of the loss show, ${interleaved ? "neighbours" : "halves"} rotated`, async () => {
    await using own = await LoadedGraph.open(stepGraph({ ...SHAPE, interleaved }, u));
    const learned = untrained(parameters);
    const runOwn = (given: Learned) => own.run({ ...batch, ...given, ...adamStep(1, 0) });
    // After one step from nothing the mean is a tenth of the gradient.
    const out = await runOwn(learned);
    for (const [name, { dims, values }] of Object.entries(parameters)) {
      const gradient = (out[`${name}.mean.next`]!.values as Float32Array).map((mean) => mean * 10);
      assert(gradient.some((value) => Math.abs(value) > 0.01), `${name} has a gradient`);
      for (let i = 0; i < gradient.length; i++) {
        const moved = async (by: number) => {
          const changed = Float32Array.from(values as Float32Array);
          changed[i]! += by;
          return (await runOwn({ ...learned, [name]: floats(dims, changed) })).loss!.values[0] as number;
        };
        assertAlmostEquals(
          gradient[i]!,
          (await moved(0.004) - await moved(-0.004)) / 0.008,
          2e-3,
          `${name} ${i}`,
        );
      }
    }
  });
}

Deno.test("rows whose weight is nothing do not count, and rows that come later are not seen", async () => {
  const learned = untrained(parameters);
  const before = await lossOf(learned);
  for (const name of ["f", "e", "goal"] as const) {
    const changed = Float32Array.from(batch[name].values as Float32Array);
    changed.fill(0.5, (B * S - 1) * SHAPE.width);
    assertAlmostEquals(
      await lossOf(learned, { ...batch, [name]: floats(batch[name].dims, changed) }),
      before,
      1e-6,
    );
  }
});

Deno.test("a layer that predicts the target's features has the loss of its laws, and is right", async () => {
  const nothing = Object.fromEntries(
    Object.entries(parameters).map(([name, { dims, values }]) => [
      name,
      /attn_output|ffn_down|embedding/.test(name)
        ? floats(dims, new Float32Array(values.length))
        : { dims, values },
    ]),
  );
  const identity = Float32Array.from({ length: 36 }, (_, i) => (i % 7 === 0 ? 1 : 0));
  const out = await run(untrained({ ...nothing, feature: floats([6, 6], identity) }), 1, 0, {
    ...batch,
    goal: batch.f,
  });
  const f = batch.f.values as Float32Array;
  let expected = 0;
  for (let row = 0; row < B * S; row++) {
    const logits = Array.from({ length: ROWS }, (_, v) => {
      let sum = 0;
      for (let i = 0; i < 6; i++) sum += f[row * 6 + i]! * u[v * 6 + i]!;
      return sum;
    });
    const all = logits.reduce((sum, x) => sum + Math.exp(x), 0);
    for (const x of logits) {
      expected -= (batch.weight.values as Float32Array)[row]! * Math.exp(x) / all * (x - Math.log(all));
    }
  }
  assertAlmostEquals(out.loss!.values[0] as number, expected, 1e-5);
  assertAlmostEquals(out.right!.values[0] as number, 1, 1e-6);
});

Deno.test("steps of training find what they are shown", async () => {
  let learned = untrained(parameters);
  const first = await run(learned);
  for (let count = 1; count <= 150; count++) learned = stepped(learned, await run(learned, count, 0.02));
  const last = await run(learned);
  assertAlmostEquals(last.right!.values[0] as number, 1, 1e-6);
  assert((last.loss!.values[0] as number) < (first.loss!.values[0] as number) / 2);
});

Deno.test("every parameter of a step is learned anew", async () => {
  const out = await run(untrained(parameters), 1, 0.001);
  assertEquals(
    Object.keys(out).filter((name) => /^[^.]+\.next$/.test(name)).toSorted(),
    Object.keys(parameters).map((name) => `${name}.next`).toSorted(),
  );
});
