/** Faults of batching, of chunked prefill and of masks: a request alone is right, and wrong among others. */
import type { Batch } from "../../engine/mod.ts";
import type { Outcome } from "../../evals/mod.ts";
import { continuousBatching, type Technique } from "../../techniques/mod.ts";
import { computes, kernel } from "./plants/kernel.ts";
import { assertAccepted, assertRefused, gate, slotted } from "./rig/bench.ts";
import type { Setting } from "./rig/engine.ts";
import { longRope } from "./rig/rotary.ts";
import type { AttentionOptions, Row, TinyOptions } from "./rig/tiny_options.ts";

const plant = (name: string) => import.meta.resolve(`./plants/${name}.ts`);
const batching = continuousBatching();
const PLAIN: Setting = {};

const outcomes = new Map<Setting, Promise<Outcome>>();

/** Batching alone, over a setting that it shares with the baseline. */
function batchingOver(base: Setting): Promise<Outcome> {
  const outcome = outcomes.get(base) ?? gate({ techniques: [batching], base, candidate: base });
  outcomes.set(base, outcome);
  return outcome;
}

/** A kernel beside batching: either alone is recorded, both are refused, and recorded with the fault off. */
async function refusedTogether(
  t: Deno.TestContext,
  name: string,
  by: RegExp,
  { faulty, clean, base = PLAIN }: {
    readonly faulty: TinyOptions;
    readonly clean: TinyOptions;
    readonly base?: Setting;
  },
) {
  const of = (network: TinyOptions, ...techniques: Technique[]) =>
    gate({ techniques, base, candidate: (stack) => (computes(stack, name) ? { network } : base) });
  await t.step("the kernel alone is recorded", async () => assertAccepted(await of(faulty, kernel(name))));
  await t.step("batching alone is recorded", async () => assertAccepted(await batchingOver(base)));
  await t.step("both are refused", async () => assertRefused(await of(faulty, kernel(name), batching), by));
  await t.step(
    "both with the fault off are recorded",
    async () => assertAccepted(await of(clean, kernel(name), batching)),
  );
}

const known = new WeakMap<Batch, readonly number[]>();

/** Where each sequence of a batch ends. */
function endsOf(batch: Batch): readonly number[] {
  const ends = known.get(batch) ??
    batch.past.map((_, sequence) => batch.positions[batch.sequence.lastIndexOf(sequence)]!);
  known.set(batch, ends);
  return ends;
}

/** Columns by which the longest sequence of the batch is ahead of a row's own. */
function padding({ batch, sequence }: Row): number {
  if (batch.parent) return 0;
  const ends = endsOf(batch);
  return Math.max(...ends) - ends[sequence]!;
}

Deno.test("BA-01 (pair): one vector of positions for a batch that is padded on the left", (t) =>
  refusedTogether(t, "padded batch", /served off|divergent/, {
    faulty: { rope: { position: (row) => row.position + padding(row) } },
    clean: { rope: { position: ({ position }) => position } },
  }));

Deno.test("BA-02 (pair): rows whose chunk of the prefix is empty still count in the merge", (t) => {
  const attention = (empty: number): AttentionOptions => ({
    chunk: 24,
    lse: (lse, { keys }) => (keys === 0 ? empty : lse),
  });
  return refusedTogether(t, "chunked prefix", /served off|divergent/, {
    faulty: { attention: attention(0) },
    clean: { attention: attention(-Infinity) },
  });
});

Deno.test("BA-04 (pair): padding of a batch of fixed size writes into live rows", async (t) => {
  const captured = (stale: boolean) => slotted("cache", plant("captured_cache"), "identical", { stale });
  await t.step(
    "the graphs alone are recorded",
    async () => assertAccepted(await gate({ techniques: [captured(true)] })),
  );
  await t.step("batching alone is recorded", async () => assertAccepted(await batchingOver(PLAIN)));
  await t.step(
    "both are refused",
    async () => assertRefused(await gate({ techniques: [batching, captured(true)] }), /served off|divergent/),
  );
  await t.step(
    "both with the fault off are recorded",
    async () => assertAccepted(await gate({ techniques: [batching, captured(false)] })),
  );
});

Deno.test("BA-05 (pair): a request that ends leaves its neighbours with each other's rows", async (t) => {
  const block = (moves: boolean) => slotted("cache", plant("batch_cache"), "identical", { moves });
  await t.step(
    "the block alone is recorded",
    async () => assertAccepted(await gate({ techniques: [block(false)] })),
  );
  await t.step("batching alone is recorded", async () => assertAccepted(await batchingOver(PLAIN)));
  await t.step(
    "both are refused",
    async () => assertRefused(await gate({ techniques: [batching, block(false)] }), /served off|divergent/),
  );
  await t.step(
    "both with the fault off are recorded",
    async () => assertAccepted(await gate({ techniques: [batching, block(true)] })),
  );
});

Deno.test("BA-08 (pair): one long neighbour switches the rotary table of the whole batch", (t) => {
  const rope = longRope(128, [1, 1.5, 4, 8]);
  const others = ({ batch, sequence }: Row) =>
    Math.max(0, ...endsOf(batch).filter((_, other) => other !== sequence));
  return refusedTogether(t, "scaled rope", /served off|divergent/, {
    base: { network: { rope } },
    faulty: {
      rope: { ...rope, table: (row) => (Math.max(row.position, others(row)) < 128 ? 0 : 1) },
    },
    clean: { rope },
  });
});
