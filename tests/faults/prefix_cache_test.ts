/** Faults of caches that share, offload and evict. */
import { continuousBatching, type Technique } from "../../techniques/mod.ts";
import { computes, kernel } from "./plants/kernel.ts";
import type { SharedView } from "./plants/shared_view.ts";
import { assertAccepted, assertRefused, gate, slotted } from "./rig/bench.ts";
import type { Setting } from "./rig/engine.ts";
import type { Row } from "./rig/tiny_options.ts";

const plant = (name: string) => import.meta.resolve(`./plants/${name}.ts`);

const offload = (fault: boolean) => slotted("cache", plant("offload_cache"), "identical", { fault });

Deno.test("PC-03 (pair): a load from the host overwrites K/V that is still being read", async (t) => {
  await t.step(
    "one request at a time, it is recorded",
    async () => assertAccepted(await gate({ techniques: [offload(true)] })),
  );
  await t.step(
    "batching alone is recorded",
    async () => assertAccepted(await gate({ techniques: [continuousBatching()] })),
  );
  await t.step(
    "both are refused",
    async () =>
      assertRefused(
        await gate({ techniques: [continuousBatching(), offload(true)] }),
        /match|served|clients/,
      ),
  );
  await t.step(
    "both with the loads in order are recorded",
    async () => assertAccepted(await gate({ techniques: [continuousBatching(), offload(false)] })),
  );
});

const WINDOW = 96;
const windowed: Setting = { network: { attention: { window: WINDOW } } };
const rolling = (fault: string) =>
  slotted("cache", plant("rolling_cache"), "identical", { window: WINDOW, fault });

/** The place of a row in its cache, rather than in its text. */
const kept = ({ batch, row, sequence, position, past }: Row) =>
  batch.parent ? position : past + row - batch.sequence.indexOf(sequence);

Deno.test("PC-06: an evicting cache tells the number of kept rows as the position", async (t) => {
  const candidate: Setting = { network: { ...windowed.network, rope: { position: kept } } };
  await t.step(
    "it is refused",
    async () =>
      assertRefused(
        await gate({ techniques: [rolling("none")], base: windowed, candidate }),
        /served off|divergent/,
      ),
  );
  await t.step(
    "positions in the text are recorded",
    async () =>
      assertAccepted(await gate({ techniques: [rolling("none")], base: windowed, candidate: windowed })),
  );
});

Deno.test("PC-07 (pair): eviction in a later chunk of a prompt leaves the values in the old order", async (t) => {
  const of = (...techniques: Technique[]) => gate({ techniques, base: windowed, candidate: windowed });
  const whole = continuousBatching({ sequences: 2, rows: 1024 });
  const chunked = continuousBatching({ sequences: 2, rows: 48 });
  await t.step(
    "eviction of whole prompts is recorded",
    async () => assertAccepted(await of(whole, rolling("values"))),
  );
  await t.step("chunks without eviction are recorded", async () => assertAccepted(await of(chunked)));
  await t.step(
    "both are refused",
    async () => assertRefused(await of(chunked, rolling("values")), /served off|divergent/),
  );
  await t.step(
    "both with keys and values moved alike are recorded",
    async () => assertAccepted(await of(chunked, rolling("none"))),
  );
});

Deno.test("PC-08 (pair): a log-sum-exp in base 2 is merged as one in base e on every prefix hit", async (t) => {
  const sharing = slotted("cache", plant("shared_view"), "identical", { tokens: 8192 });
  const isHit = ({ batch, sequence, phase }: Row) =>
    phase === "prefill" && ((batch.past[sequence] as SharedView).shared ?? 0) > 0;
  const merging = (base: number): Setting => ({
    network: {
      attention: {
        chunk: Infinity,
        lse: (lse, part, row) => (part.of === "past" && isHit(row) ? lse / Math.log(base) : lse),
      },
    },
  });
  const of = (base: number, ...techniques: Technique[]) =>
    gate({ techniques, candidate: (stack) => (computes(stack, "split attention") ? merging(base) : {}) });
  const split = kernel("split attention");
  await t.step("sharing alone is recorded", async () => assertAccepted(await of(2, sharing)));
  await t.step("attention in parts alone is recorded", async () => assertAccepted(await of(2, split)));
  await t.step(
    "both are refused",
    async () => assertRefused(await of(2, split, sharing), /served off|divergent/),
  );
  await t.step("both in base e are recorded", async () => assertAccepted(await of(Math.E, split, sharing)));
});
