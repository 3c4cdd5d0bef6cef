/** The gate of the faults itself: it lets the clean twin of everything pass, and says by what it refuses. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertAccepted, assertRefused, evals, gate, quantized, refusedBy } from "./bench.ts";
import { pack, unpack } from "./groups.ts";
import type { TinyOptions } from "./tiny_options.ts";

const fourBits: TinyOptions["weights"] = ({ name }, values) =>
  /^(attn_[qkvo]|ffn_[gud])/.test(name) ? unpack(pack(values)) : values;

Deno.test("weights in four bits, done right, are accepted", async () => {
  assertAccepted(await gate({ techniques: [quantized(4)], candidate: { network: { weights: fourBits } } }));
});

Deno.test("the baseline is accepted beside itself", async () => {
  assertAccepted(await gate({ techniques: [] }));
});

Deno.test("an identical model is accepted as identical", async () => {
  assertAccepted(await gate({ techniques: [quantized(8, "identical")] }));
});

Deno.test("a model whose first values are halved is refused by its likelihood", async () => {
  const weights: TinyOptions["weights"] = ({ layer, name }, values) =>
    layer === 0 && name === "attn_v" ? values.map((value) => value / 2) : values;
  const outcome = await gate({ techniques: [quantized(8)], candidate: { network: { weights } } });
  assertRefused(outcome, /short_nll nll/);
  assert(refusedBy(outcome).includes("long_served nll"));
  assertThrows(() => assertRefused(outcome, /no such check/));
  assertThrows(() => assertAccepted(outcome));
});

Deno.test("a technique that changes nothing is void, and the reason is told", async () => {
  const idle = {
    ...quantized(8),
    transform: (stack: Parameters<ReturnType<typeof quantized>["transform"]>[0]) => stack,
  };
  const outcome = await gate({ techniques: [idle] });
  assertRefused(outcome, /^void: .*leaves the stack beneath it as it was/);
});

Deno.test("a fault of the candidate does not reach the baseline that later ones are compared with", async () => {
  const few = { techniques: [quantized(4)], evals: evals.slice(0, 1) };
  const logits = (row: Float32Array) => void row.reverse();
  const faulty = () => gate({ ...few, candidate: { network: { logits } } });
  const first = refusedBy(await faulty());
  assertEquals(first, ["short_nll nll"]);
  assertAccepted(await gate({ ...few, candidate: { network: { weights: fourBits } } }));
  assertEquals(refusedBy(await faulty()), first);
});
