/** Faults of distillation, pruning and other surgery on models. */
import type { Stack } from "../../engine/mod.ts";
import type { Technique } from "../../techniques/mod.ts";
import { assertAccepted, assertRefused, gate, has, rewritten } from "./rig/bench.ts";
import { adapters, type LoadedAdapter } from "./rig/adapters.ts";
import { distilled, type Mixture } from "./plants/distilled_head.ts";
import { int8Kv } from "./plants/int8_kv.ts";
import type { Setting } from "./rig/engine.ts";
import type { TinyOptions } from "./rig/tiny_options.ts";
import { SIZE } from "./rig/tiny_weights.ts";

Deno.test("DS-03: the divergence mixes log-probabilities instead of probabilities", async () => {
  const of = (mixture: Mixture) =>
    gate({ techniques: [rewritten("distilled")], candidate: { network: distilled(mixture) } });
  assertAccepted(await of("probabilities"));
  assertRefused(await of("log-probabilities"), /long_nll nll/);
});

/**
 * A matrix of so many heads whose rows that turn together stand half a head apart, no longer side by side; `rows`: how
 * many it has.
 */
function apart(matrix: Float32Array, rows: number, heads: number): Float32Array {
  const [input, size] = [matrix.length / rows, rows / heads];
  const moved = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    const [head, at] = [Math.floor(row / size), row % size];
    const to = head * size + (at % 2) * size / 2 + (at >> 1);
    moved.set(matrix.subarray(row * input, (row + 1) * input), to * input);
  }
  return moved;
}

/** Converts a model to the other layout; `kvHeads`: how many heads the keys are taken to have. */
function converted(kvHeads: number): TinyOptions {
  const of = (name: string, matrix: Float32Array, rows: number) =>
    name === "attn_q"
      ? apart(matrix, rows, SIZE.heads)
      : name === "attn_k"
      ? apart(matrix, rows, kvHeads)
      : matrix;
  const adapter = ({ pairs, ...rest }: LoadedAdapter): LoadedAdapter => ({
    ...rest,
    pairs: new Map(
      [...pairs].map(([place, { a, b }]) =>
        [place, { a, b: of(place.slice(place.indexOf(".") + 1), b, b.length / rest.rank) }] as const
      ),
    ),
  });
  return {
    weights: ({ name }, values) => of(name, values, values.length / SIZE.width),
    lora: { adapters: adapters.map(adapter) },
    rope: { pairs: "halves" },
  };
}

Deno.test("DS-04: keys are permuted by the head count of the queries", async () => {
  const of = (kvHeads: number) =>
    gate({ techniques: [rewritten("halves", "identical")], candidate: { network: converted(kvHeads) } });
  assertAccepted(await of(SIZE.kvHeads));
  assertRefused(await of(SIZE.heads), /prompts_match divergent/);
});

/** Channels of the middle of a block that hardly matter, and how much of their output is left of what it was. */
const [QUIET, LEFT] = [6, 0.02];

/** A model with quiet channels, of which `pruned` are taken out. */
const withQuiet = (pruned: number): TinyOptions => ({
  weights: ({ name }, values) => {
    if (name !== "ffn_down") return values;
    return values.map((value, i) => {
      const channel = i % SIZE.ffn;
      return channel < pruned ? 0 : channel < QUIET ? value * LEFT : value;
    });
  },
});

Deno.test("DS-08: pruning rounds down to nothing and keeps its label", async () => {
  const base = { network: withQuiet(0) };
  const units = SIZE.kvHeads;
  const share = 0.1;
  // Channels are pruned by the group, as many groups as a share of the K/V heads.
  const rounded = (round: (groups: number) => number) => Math.min(QUIET, round(units * share) * QUIET);
  const of = (pruned: number) =>
    gate({ techniques: [rewritten("pruned")], base, candidate: { network: withQuiet(pruned) } });
  assertAccepted(await of(rounded(Math.ceil)));
  assertRefused(await of(rounded(Math.floor)), /void: pruned changed nothing/);
});

/** A model whose first layer hardly does anything; `IDLE`: how much of its output is left. */
const IDLE = 0.002;
const idleFirst: Setting = {
  network: {
    blocks: [2, 0, 1],
    weights: ({ layer, name }, values) =>
      layer === 2 && (name === "attn_output" || name === "ffn_down") ? values.map((v) => v * IDLE) : values,
  },
};
const withoutFirst: Setting = { network: { blocks: [0, 1] } };

Deno.test("DS-06 (pair): after a layer is pruned two others share a place in the cache", async () => {
  const pruned = rewritten("pruned");
  const numbers = (stack: Stack) => ({ layers: has(stack, "pruned") ? [1, 2] : [0, 1, 2] });
  const kv = (faulty: boolean) => int8Kv("ds_06_shared_slot", faulty, numbers);
  const of = (...techniques: readonly Technique[]) =>
    gate({
      techniques,
      base: idleFirst,
      candidate: (stack) => (has(stack, "pruned") ? withoutFirst : idleFirst),
    });
  assertAccepted(await of(pruned));
  assertAccepted(await of(kv(true)));
  assertAccepted(await of(pruned, kv(false)));
  assertRefused(await of(pruned, kv(true)), /served nll/);
});
