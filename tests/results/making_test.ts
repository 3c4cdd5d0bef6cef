import { assert, assertEquals } from "@std/assert";
import { gridsOf, highest, saidWeights } from "../../results/making.ts";
import { useTestCache } from "../engine/test_cache.ts";
import { madeBench, told } from "../evals/made_bench.ts";
import { outcomes } from "../evals/toy_bench.ts";
import { failed, trial } from "./fixture.ts";
import { weighing } from "./weighed_rows.ts";

useTestCache();

Deno.test("what a maker told in a run is read by layer and matrix, and said with what the weights take", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const all = await outcomes(await madeBench(folder, { suite: { candidates: { told8: [told] } } }));
    assert(all.told8?.kind === "recorded");
    assertEquals(gridsOf(all.told8.weights!.made!), [
      { name: "sensitivity", matrices: ["qkv", "ffn_down"], layers: [[0.02, 0.004], [0.001, 0.3]] },
      {
        name: "losses, rounded",
        matrices: ["qkv", "ffn_down"],
        layers: [[0.1235, 0.5], [1.123, 0.5]],
      },
      { name: "losses, made", matrices: ["qkv", "ffn_down"], layers: [[0.1, 0.25], [0.1, 0.25]] },
    ]);
    assertEquals(saidWeights(all.told8), [
      "Its weights take 0 MiB, 8.00 bits a weight, 25 % of the baseline's 0 MiB.",
      "They were made by told in 3 s.",
      "Rounded by itself, what loses most: ffn_down of layer 1 (0.3), qkv of layer 0 (0.02), ffn_down of layer 0 (0.004) nats a token.",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("names of matrices lose what the layer says already", () => {
  const bits = (layer: number) => ({ bits: { [`blk.${layer}.attn_q.weight`]: 4 + layer } });
  const [grid] = gridsOf({ "layer-0": bits(0), "layer-1": bits(1) });
  assertEquals(grid?.matrices, ["attn_q"]);
  assertEquals(grid?.layers, [[4], [5]]);
});

Deno.test("notes that hold no figures by layer have no picture, whatever they hold", () => {
  const many = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`m${i}`, i]));
  for (
    const notes of [
      {},
      { a: 1, b: "text", c: null },
      { "layer-0": { losses: { qkv: 1 } } },
      { a: { list: ["x", null, [1], { deep: { er: { still: 1 } } }] } },
      { a: { wide: [many, many] } },
      { "layer-9999": { losses: { qkv: 1 } }, "layer-99999999": { losses: { qkv: 1 } } },
    ]
  ) assertEquals(gridsOf(notes), []);
});

Deno.test("a layer that does not tell has no figure, and is not among the highest", () => {
  const [grid] = gridsOf({ "layer-0": { a: { x: 2 } }, "layer-2": { a: { x: 5 } } });
  assertEquals(grid?.layers, [[2], [undefined], [5]]);
  assertEquals(highest(grid!), "x of layer 2 (5), x of layer 0 (2)");
});

Deno.test("weights that take as many bytes as the baseline's are said to, and a trial that does not tell says nothing", () => {
  assertEquals(saidWeights({ ...failed(trial("kv")), ...weighing(32) }), [
    "Its weights take 513 MiB, 32.00 bits a weight, as the baseline's do.",
  ]);
  assertEquals(saidWeights(failed(trial("kv"))), []);
});

Deno.test("a piece of a layer that names its matrices at once is read as well", () => {
  const layer = { qkv: { alpha: 0.5 }, ffn_down: { alpha: 0.8 }, seconds: 2 };
  assertEquals(gridsOf({ "layer-00": layer, "layer-01": layer }), [
    { name: "alpha", matrices: ["qkv", "ffn_down"], layers: [[0.5, 0.8], [0.5, 0.8]] },
  ]);
});
