/** What weights take and how they were made is kept of a trial, refused or not. */
import { assert, assertEquals } from "@std/assert";
import { MADE_LIMIT } from "../../evals/mod.ts";
import { briefly } from "../../evals/weighed.ts";
import { useTestCache } from "../engine/test_cache.ts";
import { BYTES, madeBench, told } from "./made_bench.ts";
import { isInt8, outcomes, toyBench, toyInt8 } from "./toy_bench.ts";

useTestCache();
const folder = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const candidates = { told8: [told] };

Deno.test("a recorded trial keeps bytes and bits of both arms, and what the maker told, rounded", async () => {
  const all = await outcomes(await madeBench(folder, { suite: { candidates } }));
  assert(all.told8?.kind === "recorded");
  const { weights, speed } = all.told8;
  assertEquals(weights, {
    base: { bytes: BYTES.base, bits: 32 },
    candidate: { bytes: BYTES.candidate, bits: 8 },
    made: {
      "layer-0": {
        losses: { qkv: { rounded: 0.1235, made: 0.1 }, ffn_down: { rounded: 0.5, made: 0.25 } },
        seconds: 1.5,
      },
      "layer-1": {
        losses: { qkv: { rounded: 1.123, made: 0.1 }, ffn_down: { rounded: 0.5, made: 0.25 } },
        seconds: 1.5,
      },
      sensitivity: { sensitivity: [{ qkv: 0.02, ffn_down: 0.004 }, { qkv: 0.001, ffn_down: 0.3 }] },
    },
  });
  assertEquals(speed.opening, { base: 0, candidate: 0 });
  assert(all["baseline again"]?.kind === "recorded");
  assertEquals(all["baseline again"].weights, {
    base: { bytes: BYTES.base, bits: 32 },
    candidate: { bytes: BYTES.base, bits: 32 },
  });
});

Deno.test("a refused trial keeps what its weights take, and no time to open", async () => {
  const per = (stack: Parameters<typeof isInt8>[0]) => ({
    distort: (logits: Float32Array) => {
      if (isInt8(stack)) logits.forEach((value, i) => logits[i] = 3 * value);
    },
  });
  const all = await outcomes(await madeBench(folder, { suite: { candidates }, per }));
  assert(all.told8?.kind === "rejected");
  assertEquals(all.told8.weights?.candidate, { bytes: BYTES.candidate, bits: 8 });
  assertEquals(Object.keys(all.told8.weights?.made ?? {}), ["layer-0", "layer-1", "sensitivity"]);
  assert(!JSON.stringify(all.told8).includes("opening"));
});

Deno.test("a session that does not tell what its weights take leaves nothing of it", async () => {
  const all = await outcomes(toyBench({ suite: { candidates: { int8: [toyInt8] } } }));
  assert(all.int8?.kind === "recorded");
  assertEquals(Object.keys(all.int8).includes("weights"), false);
});

Deno.test("of what a maker tells the first pieces that fit are kept, and how many were left out", () => {
  const piece = { losses: Array.from({ length: 100 }, (_, i) => i / 7) };
  const notes = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`layer-${i}`, piece]));
  const kept = briefly(notes);
  assert(JSON.stringify(kept).length <= MADE_LIMIT);
  assertEquals(kept["left out"], 101 - Object.keys(kept).length);
});
