/** What looks like a fault of serving and is none. */
import { continuousBatching } from "../../techniques/mod.ts";
import { assertAccepted, gate, slotted } from "./rig/bench.ts";
import type { Setting } from "./rig/engine.ts";

const matching = (rule: "match" | "ratio") =>
  slotted("decoder", import.meta.resolve("./plants/sampler_match.ts"), "identical", { rule, guesses: 3 });

Deno.test("CT-02: a guess stays where it equals the target's own draw, or by the ratio of both laws", async () => {
  assertAccepted(await gate({ techniques: [matching("match")] }));
  assertAccepted(await gate({ techniques: [matching("ratio")] }));
});

Deno.test("CT-05: a prompt in chunks, by kernels that round otherwise", async () => {
  // The kernel for many rows multiplies by what is rounded to 11 bits, the one for few does not.
  const rounding: Setting = {
    network: {
      activation: (_name, _layer, x, { fresh }) => {
        if (fresh > 48) x.set(new Float16Array(x));
      },
    },
  };
  const chunked = continuousBatching({ sequences: 4, rows: 48 });
  assertAccepted(await gate({ techniques: [chunked], base: rounding, candidate: rounding }));
});
