/** Faults of drawing, and of cutting text into tokens. */
import type { Tokenizer } from "../../engine/mod.ts";
import type { Outcome } from "../../evals/mod.ts";
import { continuousBatching, type Technique } from "../../techniques/mod.ts";
import { computes, kernel } from "./plants/kernel.ts";
import { canonical, hasty, pairedTexts } from "./plants/pair_tokenizer.ts";
import { assertAccepted, assertRefused, gate, slotted } from "./rig/bench.ts";
import { choices, passages } from "./rig/data.ts";
import type { Setting } from "./rig/engine.ts";
import { evalsOf } from "./rig/suite.ts";

const plant = (name: string) => import.meta.resolve(`./plants/${name}.ts`);
const batching = continuousBatching();

let outcome: Promise<Outcome> | undefined;
const batchingAlone = () => outcome ??= gate({ techniques: [batching] });

/** A value with as many bits as bfloat16 has, to the nearest. */
function bfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000;
  return new Float32Array(bits.buffer)[0]!;
}

const rounded: Setting = {
  network: { logits: (logits) => logits.forEach((value, i) => (logits[i] = bfloat16(value))) },
};

Deno.test("SA-02 (pair): tokens that are tied with the last one of top-k are kept too", async (t) => {
  const of = (...techniques: Technique[]) =>
    gate({ techniques, candidate: (stack) => (computes(stack, "bfloat16") ? rounded : {}) });
  const threshold = (ties: boolean) => slotted("decoder", plant("threshold_sampler"), "identical", { ties });
  const bfloats = kernel("bfloat16", "equivalent");
  await t.step("the sampler alone is recorded", async () => assertAccepted(await of(threshold(true))));
  await t.step("rounded logits alone are recorded", async () => assertAccepted(await of(bfloats)));
  await t.step(
    "both are refused",
    async () => assertRefused(await of(bfloats, threshold(true)), /sampled (law|impossible)/),
  );
  await t.step(
    "both with exactly k tokens are recorded",
    async () => assertAccepted(await of(bfloats, threshold(false))),
  );
});

const sampler = (fault: string) => slotted("decoder", plant("batch_sampler"), "identical", { fault });

/** A sampler of the batch: alone it is recorded, with batching refused, and recorded with the fault off. */
async function refusedInBatches(t: Deno.TestContext, fault: string, by: RegExp) {
  await t.step(
    "the sampler alone is recorded",
    async () => assertAccepted(await gate({ techniques: [sampler(fault)] })),
  );
  await t.step("batching alone is recorded", async () => assertAccepted(await batchingAlone()));
  await t.step(
    "both are refused",
    async () => assertRefused(await gate({ techniques: [batching, sampler(fault)] }), by),
  );
  await t.step(
    "both with the fault off are recorded",
    async () => assertAccepted(await gate({ techniques: [batching, sampler("none")] })),
  );
}

Deno.test("SA-03 (pair): rows are grouped and their parameters are not", (t) =>
  refusedInBatches(t, "order", /sampled (law|impossible)/));

Deno.test("SA-05 (pair): a neighbour without a seed takes the seeds of all", (t) =>
  refusedInBatches(t, "generator", /sampled replay/));

/** Rounds, and brings a tokenizer of its own. */
const exported = kernel("export", "equivalent");

Deno.test("SA-07: pairs of letters are merged from the left and not by rank", async (t) => {
  const base: Setting = { tokenizer: canonical };
  // Sets that are cut into letters, which either tokenizer would join.
  const cut: readonly string[] = [choices.name, passages.name];
  const evals = evalsOf(pairedTexts).filter(({ dataset }) => !cut.includes(dataset.name));
  const of = (tokenizer: Tokenizer) =>
    gate({
      techniques: [exported],
      base,
      candidate: { ...rounded, tokenizer },
      evals,
    });
  await t.step("it is refused", async () => assertRefused(await of(hasty), /paired_short_nll nll/));
  await t.step("by rank, it is recorded", async () => assertAccepted(await of(canonical)));
});
