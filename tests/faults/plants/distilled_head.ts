/**
 * Pruning healed by distillation: a channel is taken out of a block, then the output matrix is trained to bring the
 * student's next-token distribution back to the teacher's, down the gradient of the generalized Jensen-Shannon
 * divergence (Agarwal et al., On-Policy Distillation, 2024).
 */
import { draw } from "../rig/data.ts";
import { tinyTokenizer } from "../rig/tiny_model.ts";
import { TinyNetwork } from "../rig/tiny_network.ts";
import type { TinyOptions } from "../rig/tiny_options.ts";
import { SIZE, tinyWeight } from "../rig/tiny_weights.ts";

const { vocabulary, width, ffn } = SIZE;
const [TEXTS, LENGTH, STEPS, RATE] = [16, 40, 30, 10];

/** What a mixture of two distributions is, by which the divergence from each is weighed. */
export type Mixture = "probabilities" | "log-probabilities";

/** The student. */
export function distilled(mixture: Mixture): TinyOptions {
  const rows = batchOf();
  const teacher = distributions(logitsOf({}, rows));
  const inputs: Float32Array[] = [];
  const activation: TinyOptions["activation"] = (name, _, x) => {
    if (name === "output") inputs.push(x.slice());
  };
  logitsOf({ weights: pruned, activation }, rows);
  const head = tinyWeight({ layer: -1, name: "output" }).slice();
  for (let step = 0; step < STEPS; step++) train(head, inputs, teacher, mixture);
  return { weights: (place, values) => (place.name === "output" ? head : pruned(place, values)) };
}

/** The last block without the channel that gives least. */
const pruned: NonNullable<TinyOptions["weights"]> = ({ layer, name }, values) => {
  if (name !== "ffn_down" || layer !== SIZE.layers - 1) return values;
  const sizes = Array.from({ length: ffn }, (_, channel) => {
    const column = values.filter((_, i) => i % ffn === channel);
    return column.reduce((sum, value) => sum + value * value, 0);
  });
  const least = sizes.indexOf(Math.min(...sizes));
  return values.map((value, i) => (i % ffn === least ? 0 : value));
};

type Rows = readonly (readonly number[])[];

function batchOf(): Rows {
  return Array.from({ length: TEXTS }, (_, i) => tinyTokenizer.encode(draw("a", LENGTH, 8000 + i)));
}

/** Logits of all tokens, in order. */
function logitsOf(options: TinyOptions, texts: Rows): Float32Array {
  return new TinyNetwork(options).run({
    tokens: Int32Array.from(texts.flat()),
    positions: Int32Array.from(texts.flatMap((text) => text.map((_, at) => at))),
    sequence: Int32Array.from(texts.flatMap((text, sequence) => text.map(() => sequence))),
    past: texts.map((_, id) => ({ id, epoch: 0, length: 0, copy() {} })),
    want: Int32Array.from(texts.flat(), (_, row) => row),
    logitsOnly: true,
  }).logits;
}

function softmax(logits: Float32Array): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const values = Float64Array.from(logits, (value) => Math.exp(value - top));
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}

const distributions = (logits: Float32Array): readonly Float64Array[] =>
  Array.from(
    { length: logits.length / vocabulary },
    (_, row) => softmax(logits.subarray(row * vocabulary, (row + 1) * vocabulary)),
  );

/** One step down the mean gradient. */
function train(
  head: Float32Array,
  inputs: readonly Float32Array[],
  teacher: readonly Float64Array[],
  mixture: Mixture,
): void {
  const gradient = new Float64Array(head.length);
  const bias = tinyWeight({ layer: -1, name: "output_bias" });
  inputs.forEach((x, row) => {
    const logits = Float32Array.from(bias, (b, v) => {
      let sum = b;
      for (let i = 0; i < width; i++) sum += head[v * width + i]! * x[i]!;
      return sum;
    });
    const slope = slopeOf(softmax(logits), teacher[row]!, mixture);
    for (let v = 0; v < vocabulary; v++) {
      for (let i = 0; i < width; i++) gradient[v * width + i]! += slope[v]! * x[i]!;
    }
  });
  for (let i = 0; i < head.length; i++) head[i]! -= RATE * gradient[i]! / inputs.length;
}

/**
 * The gradient of (KL(p || m) + KL(q || m)) / 2 by the logits of q. A mixture of log-probabilities makes it a quarter of
 * KL(p || q) + KL(q || p), in which what is nearly impossible weighs without bound.
 */
function slopeOf(q: Float64Array, p: Float64Array, mixture: Mixture): Float64Array {
  const own = q.map((value, v) =>
    mixture === "probabilities" ? Math.log(value / ((value + p[v]!) / 2)) / 2 : Math.log(value / p[v]!) / 4
  );
  const mean = q.reduce((sum, value, v) => sum + value * own[v]!, 0);
  return q.map((value, v) =>
    value * (own[v]! - mean) + (mixture === "probabilities" ? 0 : (value - p[v]!) / 4)
  );
}
