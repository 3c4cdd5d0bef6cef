/** A technique that did nothing is void, however well it passes. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { promptLookup, type Technique } from "../../techniques/mod.ts";
import { served } from "../../evals/mod.ts";
import { outcomes, texts, toyBench, toyInt8, workload } from "./toy_bench.ts";

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

Deno.test("counters that say that it ran are no proof that a question reached it", async () => {
  const { kind } = await outcomeOf({ ...relabelled, engaged: ({ steps }) => steps! > 0 });
  assertEquals(kind, "void");
});

Deno.test("a decoder that claims equivalence may leave every likelihood as it was", async () => {
  const decoder: Technique = { ...promptLookup(), claim: "equivalent", engaged: () => true };
  const suite = {
    candidates: { decoder: [decoder] },
    evals: [served(texts, { count: 30, tokens: 40 })],
    workloads: [workload({ requests: 8 })],
  };
  assertEquals((await outcomes(toyBench({ suite }))).decoder?.kind, "recorded");
});

Deno.test("a rewrite that claims to be identical may change nothing", async () => {
  assertEquals((await outcomeOf({ ...relabelled, claim: "identical" })).kind, "recorded");
});
