import { assert, assertEquals } from "@std/assert";
import { loadSuite } from "../../../evals/mod.ts";
import { type Technique, techniques } from "../../../techniques/mod.ts";

const catalogue: readonly (readonly [string, Technique])[] = Object.entries(techniques);

Deno.test("the serving suite tries every batcher of the catalogue by itself", async () => {
  const { candidates } = await loadSuite("serving");
  const batchers = catalogue.filter(([, { slot }]) => slot === "scheduler").map(([name]) => name);
  assertEquals(batchers.filter((name) => candidates[name]?.length !== 1), []);
});

Deno.test("its evals see the cache and the scheduler, and bear out identity by greedy tokens", async () => {
  const { evals } = await loadSuite("serving");
  assert(evals.every(({ sees }) => sees.includes("cache") && sees.includes("scheduler")));
  assert(evals.some(({ greedy, metrics }) => greedy && metrics.some(({ rule }) => rule === "exact")));
});

Deno.test("several requests are in flight in each of its workloads, and prompts suffice for all blocks", async () => {
  const { workloads, pairs } = await loadSuite("serving");
  for (const { name, arrival, prompts, requests } of workloads) {
    assert(
      arrival.kind === "offline" ? requests > 1 : arrival.kind === "closed" && arrival.clients > 1,
      name,
    );
    assert(prompts.size > pairs * requests, name);
  }
});
