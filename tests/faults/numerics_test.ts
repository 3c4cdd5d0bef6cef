/** Faults of positions and of long context. */
import { dense } from "../../engine/mod.ts";
import { continuousBatching, type Technique } from "../../techniques/mod.ts";
import { assertAccepted, assertRefused, gate, rewritten, slotted } from "./rig/bench.ts";
import type { Setting } from "./rig/engine.ts";
import { frequency, longRope, plainAngle } from "./rig/rotary.ts";
import type { Angle, TinyOptions } from "./rig/tiny_options.ts";

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** Rounds to the nearest bf16, ties to even. */
function bf16(value: number): number {
  float[0] = value;
  bits[0] = (bits[0]! + 0x7fff + (bits[0]! >>> 16 & 1)) & 0xffff0000;
  return float[0]!;
}

const halved = (values: Float32Array) => values.map(bf16);

Deno.test("NU-01: rotary phases are built in bf16", async () => {
  const angle: Angle = (position, pair) => bf16(position) * bf16(frequency(pair));
  const of = (tables: readonly Angle[]) =>
    gate({
      techniques: [rewritten("bf16")],
      candidate: { network: { weights: (_, values) => halved(values), rope: { tables } } },
    });
  assertAccepted(await of([plainAngle]));
  assertRefused(await of([angle]), /long_(nll|served) nll/);
});

/** Where long context begins, and what its frequencies are divided by (LongRoPE; Ding et al., 2024). */
const THRESHOLD = 256;
const rope = longRope(THRESHOLD, [1, 1.5, 4, 8]);
const longModel: Setting = { network: { rope } };
const larger = slotted("cache", dense().module, "identical", { tokens: 16384 });

Deno.test("NU-02 (pair): long-context factors are used for short prompts because much context is allocated", async () => {
  const allocated: Setting = { network: { rope: { ...rope, table: () => 1 } } };
  const techniques = [larger];
  assertAccepted(await gate({ techniques }));
  assertAccepted(await gate({ techniques: [continuousBatching()], base: longModel, candidate: longModel }));
  assertAccepted(await gate({ techniques, base: longModel, candidate: longModel }));
  assertRefused(await gate({ techniques, base: longModel, candidate: allocated }), /short_served off/);
});

Deno.test("NU-03 (pair): the table switches in mid-generation while cached keys keep the old rotation", async () => {
  const turnedKeys: Technique = slotted("cache", dense().module, "identical", {
    tokens: 8192,
    rope: "after",
  });
  const techniques = [turnedKeys];
  const stale: Setting = { network: { rope: { ...rope, keys: "turned" } } };
  assertAccepted(await gate({ techniques, candidate: { network: { rope: { keys: "turned" } } } }));
  assertAccepted(await gate({ techniques, base: longModel, candidate: longModel }));
  assertRefused(await gate({ techniques, base: longModel, candidate: stale }), /long_served off/);
});

Deno.test("NU-04: prefill and decoding use different rotary scaling", async () => {
  // The lowest frequencies are scaled down; a prefill that is not told so turns them as they were.
  const unscaled: Angle = (position, pair) => plainAngle(position, pair) * [1, 1, 2, 8][pair]!;
  const network = {
    rope: {
      tables: [plainAngle, unscaled],
      table: ({ phase }: { readonly phase: string }) => (phase === "prefill" ? 1 : 0),
    },
  };
  const techniques = [rewritten("prefill_kernel", "identical")];
  const right = { network: { rope: { ...network.rope, table: () => 0 } } };
  assertAccepted(await gate({ techniques, candidate: right }));
  assertRefused(await gate({ techniques, candidate: { network } }), /served off/);
});

Deno.test("CT-04: gains of norms are rounded to bf16 once", async () => {
  const weights: TinyOptions["weights"] = (
    { name },
    values,
  ) => (name.endsWith("_norm") ? halved(values) : values);
  assertAccepted(await gate({ techniques: [rewritten("bf16_gains")], candidate: { network: { weights } } }));
});
