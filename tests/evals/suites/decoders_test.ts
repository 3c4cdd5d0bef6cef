import { assert, assertEquals } from "@std/assert";
import { loadSuite } from "../../../evals/mod.ts";
import { type Technique, techniques } from "../../../techniques/mod.ts";

Deno.test("the decoders suite tries every technique of the decoder slot, each by itself", async () => {
  const { candidates } = await loadSuite("decoders");
  const catalogue: readonly (readonly [string, Technique])[] = Object.entries(techniques);
  assertEquals(
    Object.keys(candidates),
    catalogue.filter(([, { slot }]) => slot === "decoder").map(([name]) => name),
  );
  assert(Object.values(candidates).every((members) => members.length === 1));
});

Deno.test("each of its evals sees the decoder, and one that bears out identity asks for greedy tokens", async () => {
  const { evals } = await loadSuite("decoders");
  assert(evals.every(({ sees }) => sees.includes("decoder")));
  assert(evals.some(({ greedy, metrics }) => greedy && metrics.some(({ rule }) => rule === "exact")));
  assert(evals.some(({ metrics }) => metrics.some(({ rule }) => rule === "law")));
});

Deno.test("it races one stream on six kinds of text, and eight streams", async () => {
  const { workloads, pairs } = await loadSuite("decoders");
  const single = workloads.filter(({ arrival }) => arrival.kind === "single");
  assertEquals(new Set(single.map(({ prompts }) => prompts.name)).size, 6);
  assert(workloads.some(({ arrival }) => arrival.kind === "closed" && arrival.clients === 8));
  for (const { name, prompts, requests } of workloads) {
    assert(prompts.size > pairs * requests, `${name} has a prompt of its own for each block`);
  }
});
