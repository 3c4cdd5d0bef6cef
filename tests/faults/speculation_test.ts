/** Faults of speculative decoding: in the target's cache, in the draft's, in what is emitted. */
import { assertEquals } from "@std/assert";
import type { Session } from "../../engine/mod.ts";
import type { Outcome } from "../../evals/mod.ts";
import { continuousBatching, promptLookup, type Technique } from "../../techniques/mod.ts";
import { stopping } from "./plants/block_stop.ts";
import { computes, kernel } from "./plants/kernel.ts";
import { assertAccepted, assertRefused, gate, refusedBy, slotted } from "./rig/bench.ts";
import type { Setting } from "./rig/engine.ts";

const plant = (name: string) => import.meta.resolve(`./plants/${name}.ts`);

/** Speculation by a draft model. */
const drafted = (fault: string, features = false): Technique => ({
  ...slotted("decoder", plant("draft_decoder"), "identical", { guesses: 4, features, fault }),
  engaged: ({ accepted = 0 }) => accepted > 0,
});

let outcome: Promise<Outcome> | undefined;
/** Speculation by the draft model with no fault, over the plain engine. */
const clean = () => outcome ??= gate({ techniques: [drafted("none")] });

const WINDOW = 96;
const windowed: Setting = { network: { attention: { window: WINDOW } } };

Deno.test("SP-01 (pair): rejected guesses stay in a cache that cannot be trimmed", async (t) => {
  const rolling = (fault: string) =>
    slotted("cache", plant("rolling_cache"), "identical", { window: WINDOW, fault });
  const of = (...techniques: Technique[]) => gate({ techniques, base: windowed, candidate: windowed });
  await t.step("the cache alone is recorded", async () => assertAccepted(await of(rolling("trim"))));
  await t.step("speculation alone is recorded", async () => assertAccepted(await of(promptLookup())));
  await t.step(
    "both are refused",
    async () => assertRefused(await of(rolling("trim"), promptLookup()), /served off|divergent/),
  );
  await t.step(
    "both with the guesses trimmed are recorded",
    async () => assertAccepted(await of(rolling("none"), promptLookup())),
  );
});

Deno.test("SP-02: the draft's cache is trimmed by one row too many", async (t) => {
  await t.step(
    "it is refused",
    async () => assertRefused(await gate({ techniques: [drafted("trim")] }), /drafts wrong/),
  );
  await t.step(
    "trimmed right, it is recorded",
    async () => assertAccepted(await clean()),
  );
});

Deno.test("SP-04 (pair): rolling back before verification resets the cache", async (t) => {
  const cache = (resets: string) =>
    slotted("cache", plant("reset_cache"), "identical", { resets, tokens: 8192 });
  await t.step(
    "the cache alone is recorded",
    async () => assertAccepted(await gate({ techniques: [cache("always")] })),
  );
  await t.step(
    "speculation alone is recorded",
    async () => assertAccepted(await gate({ techniques: [promptLookup()] })),
  );
  await t.step(
    "both are refused",
    async () =>
      assertRefused(await gate({ techniques: [cache("always"), promptLookup()] }), /served off|divergent/),
  );
  await t.step(
    "both with a rollback are recorded",
    async () => assertAccepted(await gate({ techniques: [cache("never"), promptLookup()] })),
  );
  const lookup = slotted("decoder", plant("timed_lookup"), "identical", { guesses: 4 });
  const of = (resets: string) => gate({ techniques: [continuousBatching(), lookup, cache(resets)] });
  await t.step("reset on the path for throughput alone, it is refused by what is timed", async () => {
    const outcome = await of("taken");
    assertRefused(outcome, /clients divergent under load/);
    assertEquals(refusedBy(outcome).length, 1);
  });
  await t.step("all with a rollback are recorded", async () => assertAccepted(await of("never")));
});

Deno.test("SP-06: where guesses are verified the draw is thrown away for the likeliest token", async (t) => {
  await t.step(
    "it is refused",
    async () => assertRefused(await gate({ techniques: [drafted("argmax")] }), /sampled law/),
  );
  await t.step(
    "with the draw it is recorded",
    async () => assertAccepted(await clean()),
  );
});

Deno.test("SP-09 (pair): the end of an answer is looked for in the last token of a step alone", async (t) => {
  const server = kernel("server");
  const of = (where: "anywhere" | "last", ...techniques: Technique[]) =>
    gate({
      techniques,
      candidate: (stack) =>
        computes(stack, "server") ? { session: (session: Session) => stopping(session, where) } : {},
    });
  await t.step("the server alone is recorded", async () => assertAccepted(await of("last", server)));
  await t.step(
    "speculation alone is recorded",
    async () => assertAccepted(await clean()),
  );
  await t.step(
    "both are refused",
    async () => assertRefused(await of("last", server, drafted("none")), /divergent/),
  );
  await t.step(
    "both with each token looked at are recorded",
    async () => assertAccepted(await of("anywhere", server, drafted("none"))),
  );
});

Deno.test("SP-10: the draft goes on with its own features of accepted tokens", async (t) => {
  await t.step(
    "it is refused",
    async () => assertRefused(await gate({ techniques: [drafted("stale", true)] }), /drafts wrong/),
  );
  await t.step(
    "with the target's features it is recorded",
    async () => assertAccepted(await gate({ techniques: [drafted("none", true)] })),
  );
});
