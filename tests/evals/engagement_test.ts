/** A technique that did nothing is void, however well it passes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Technique } from "../../techniques/mod.ts";
import { outcomes, toyBench, toyInt8, workload } from "./toy_bench.ts";

/** A technique that changes the label of the weights alone. */
const relabelled: Technique = {
  ...toyInt8,
  name: "relabelled",
  transform: ({ model, ...stack }) => ({
    ...stack,
    model: { ...model, params: { ...model.params, stored: "other" } },
  }),
};

async function outcomeOf(...techniques: readonly Technique[]) {
  const suite = { candidates: { candidate: techniques }, workloads: [workload({ requests: 8 })] };
  return (await outcomes(toyBench({ suite }))).candidate!;
}

Deno.test("weights said to be held otherwise, whose likelihoods are all the same bits, are void", async () => {
  const outcome = await outcomeOf(relabelled);
  assert(outcome.kind === "void", outcome.kind);
  assertStringIncludes(outcome.reason, "relabelled changed nothing: 30 likelihoods");
});

Deno.test("weights that round are recorded", async () => {
  assertEquals((await outcomeOf(toyInt8)).kind, "recorded");
});

Deno.test("a second technique that changes nothing beyond the first is void", async () => {
  const outcome = await outcomeOf(toyInt8, relabelled);
  assert(outcome.kind === "void", outcome.kind);
  assertStringIncludes(outcome.reason, "relabelled changed nothing");
});

Deno.test("a technique whose counters prove that it ran may change nothing", async () => {
  const { kind } = await outcomeOf({ ...relabelled, engaged: ({ steps }) => steps! > 0 });
  assertEquals(kind, "recorded");
});

Deno.test("a rewrite that claims to be identical may change nothing", async () => {
  assertEquals((await outcomeOf({ ...relabelled, claim: "identical" })).kind, "recorded");
});
