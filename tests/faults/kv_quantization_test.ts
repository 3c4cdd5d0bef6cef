/** Faults of quantized K/V, most of which take a second feature to come out. */
import type { Stack } from "../../engine/mod.ts";
import { continuousBatching, prefixCache, type Technique, techniques } from "../../techniques/mod.ts";
import { assertAccepted, assertRefused, gate, has, rewritten } from "./rig/bench.ts";
import { int8Kv } from "./plants/int8_kv.ts";
import type { Setting } from "./rig/engine.ts";

Deno.test("KQ-01 (pair): quantized K/V of a batch lose the prefilled prompt", async () => {
  const of = (faulty: boolean, ...beneath: readonly Technique[]) =>
    gate({ techniques: [...beneath, int8Kv("kq_01_lost_prompt", faulty)] });
  assertAccepted(await of(true));
  assertAccepted(await gate({ techniques: [continuousBatching()] }));
  assertAccepted(await of(false, continuousBatching()));
  assertRefused(await of(true, continuousBatching()), /short_served nll/);
});

Deno.test("KQ-02 (pair): append column taken from the largest offset", async () => {
  const of = (faulty: boolean, ...beneath: readonly Technique[]) =>
    gate({ techniques: [...beneath, int8Kv("kq_02_largest_offset", faulty)] });
  assertAccepted(await of(true));
  assertAccepted(await of(false, continuousBatching()));
  assertRefused(await of(true, continuousBatching()), /served nll/);
});

Deno.test("KQ-04 (pair): quantized K/V reused from the prefix cache are read with the scales before them", async () => {
  const of = (faulty: boolean, ...beneath: readonly Technique[]) =>
    gate({ techniques: [...beneath, int8Kv("kq_04_scale_before", faulty)] });
  assertAccepted(await of(true));
  assertAccepted(await gate({ techniques: [prefixCache()] }));
  assertAccepted(await of(false, prefixCache()));
  assertRefused(await of(true, prefixCache()), /long_served nll/);
});

/** Keys of the first layer are so many times larger, queries as much smaller: the model is the same. */
const LARGER = 30;

const outlying = (stack: Stack): Setting =>
  has(stack, "outliers")
    ? {
      network: {
        projected({ q, k }, layer) {
          if (layer > 0) return;
          for (let i = 0; i < q.length; i++) q[i]! /= LARGER;
          for (let i = 0; i < k.length; i++) k[i]! *= LARGER;
        },
      },
    }
    : {};

Deno.test("KQ-06 (pair): unit scale for 8-bit floats on a model with large key outliers", async () => {
  const of = (...techniques: readonly Technique[]) => gate({ techniques, candidate: outlying });
  const outliers = rewritten("outliers", "identical");
  assertAccepted(await of(int8Kv("kq_06_unit_scale", true)));
  assertAccepted(await of(outliers));
  assertAccepted(await of(outliers, int8Kv("kq_06_unit_scale", false)));
  assertRefused(await of(outliers, int8Kv("kq_06_unit_scale", true)), /short_served nll/);
});

Deno.test("the catalogue's 8-bit K/V hold on shared prefixes in batches; a lossless technique on top of them does not", async () => {
  assertAccepted(await gate({ techniques: [prefixCache(), continuousBatching(), techniques.kv_int8] }));
  // Rows of one step see each other as they were before rounding, so that how a prompt is cut changes what is seen.
  assertRefused(await gate({ techniques: [techniques.kv_int8, continuousBatching()] }), /served off/);
});
