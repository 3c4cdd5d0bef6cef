/** A technique for each slot in files outside of the checkout, alone and stacked, judged and recorded by the verb. */
import { assert, assertEquals } from "@std/assert";
import { openStore, readCommit } from "../../../results/mod.ts";
import { run as bench } from "../../../results/verbs/bench.ts";
import { printed } from "./console.ts";
import { inPlace, toySetting } from "./toy_setting.ts";

const technique = (slot: string, claim: string, change: string) => `
export const technique: Technique = {
  name: "own_${slot}",
  slot: "${slot}",
  claim: "${claim}",
  bottleneck: "compute",
  scope: "static",
  summary: "made up",
  source: "made up",
  transform: (stack) => ({ ...stack, ${slot}: ${change} }),
};
`;
const slotted = (slot: string) => `{ name: "own_${slot}", params: { own: 1 }, module: import.meta.url }`;

const OWN: Readonly<Record<string, string>> = {
  model: 'import { type Technique } from "@assay/assay";' +
    technique(
      "model",
      "equivalent",
      "{ ...stack.model, params: { ...stack.model.params, body: { bits: 8, block: 32, symmetric: true } } }",
    ),
  cache: 'import { type KvLive, type KvShape, PagedCache, type Technique } from "@assay/assay";' +
    technique("cache", "identical", slotted("cache")) +
    "class OwnCache extends PagedCache {}\n" +
    "export const open = (_: unknown, { shape }: { shape: KvShape }): KvLive => new OwnCache(shape, 4096);\n",
  decoder: 'import type { DecoderLive, Technique } from "@assay/assay";' +
    technique("decoder", "identical", slotted("decoder")) +
    "export const open = (): DecoderLive => ({ propose: (asking) => asking.map(({ sequence: { tokens } }) => ({ tokens: [tokens.at(-1)!], parent: [-1] })) });\n",
  scheduler: 'import type { SchedulerLive, Technique } from "@assay/assay";' +
    technique("scheduler", "identical", slotted("scheduler")) +
    "export const open = (): SchedulerLive => ({\n" +
    "  step: (waiting, running) => [...running, ...waiting].slice(0, 2).map(({ id }) => ({ id, rows: 64 })),\n" +
    "  preempt: (running) => running.at(-1)!.id,\n});\n",
};

Deno.test("techniques of one's own for every slot run from a folder elsewhere, alone and stacked", async () => {
  await inPlace(async ({ folder, file, store }) => {
    const slots = Object.keys(OWN);
    for (const slot of slots) await Deno.writeTextFile(`${folder}/own_${slot}.ts`, OWN[slot]!);
    const toys = new URL("../../evals/toy_bench.ts", import.meta.url).href;
    const path = file([
      `import * as toys from ${JSON.stringify(toys)};`,
      ...slots.map((slot) => `import { technique as ${slot} } from "./own_${slot}.ts";`),
      `const all = [${slots.join(", ")}];`,
      "const alone = Object.fromEntries(all.map((one) => [one.name, [one]]));",
      "export const suite = toys.suite({ candidates: { ...alone, stacked: all } });",
    ].join("\n"));
    const { value, err } = await printed(() => bench(["--suite", path, "--store", store], toySetting()));
    assertEquals(value, 0, err.join("\n"));
    using kept = openStore(store);
    const recordings = [...kept.read()];
    assertEquals(
      recordings.map(({ outcome: { trial, kind } }) => [trial.name, kind]),
      ["baseline again", "own_model", "own_cache", "own_decoder", "own_scheduler", "stacked"].map((
        name,
      ) => [name, "recorded"]),
    );
    // The commit is that of the benchmark; a technique of one's own is known by the text of its modules.
    assertEquals(recordings[0]!.stamp.commit?.id, (await readCommit())?.id);
    const again = await printed(() => bench(["--suite", path, "--store", store], toySetting()));
    assert(again.err.includes("recorded before: own_decoder: recorded"), again.err.join("\n"));
  });
});
