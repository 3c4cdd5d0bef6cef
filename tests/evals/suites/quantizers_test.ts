import { assert, assertEquals } from "@std/assert";
import { loadSuite } from "../../../evals/mod.ts";
import { type Technique, techniques } from "../../../techniques/mod.ts";

Deno.test("the quantizers suite tries what holds weights or K and V in fewer bits, and nothing else of the catalogue", async () => {
  const { candidates } = await loadSuite("quantizers");
  const left = Object.entries<Technique>(techniques).filter(([name, { slot }]) =>
    ["model", "cache"].includes(slot) && !Object.hasOwn(candidates, name)
  );
  assertEquals(left.map(([name]) => name), ["prefix_cache", "kv_offload"]);
  assert(Object.values(candidates).flat().every(({ slot }) => slot === "model" || slot === "cache"));
  assert(Object.values(candidates).every((members) => members.length === 1));
});

Deno.test("each of its techniques is seen by a margin, and its weights by two kinds of running text", async () => {
  const { candidates, evals } = await loadSuite("quantizers");
  const bearing = evals.filter(({ metrics }) =>
    metrics.some(({ rule = "margin", allowed, claim }) =>
      rule === "margin" && allowed !== undefined && claim !== "identical"
    )
  );
  for (const { name, slot } of Object.values(candidates).flat()) {
    assert(bearing.some(({ sees }) => sees.includes(slot)), name);
  }
  const names = evals.map(({ name }) => name);
  for (const kind of ["wiki_text", "code_text"]) {
    for (const judged of ["nll", "kl"]) assert(names.includes(`${kind}_${judged}`), `${kind}_${judged}`);
  }
});
