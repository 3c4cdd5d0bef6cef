import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { cacheFolder, digest, UserError } from "../../../engine/mod.ts";
import { toyModel } from "../../../engine/engines/toy.ts";
import {
  finishTraining,
  openTrained,
  type Recipe,
  recipeOf,
  trainedPiece,
} from "../../../techniques/decoders/trained.ts";
import { useTestCache } from "../../engine/test_cache.ts";

useTestCache();

const parts = { w: Float32Array.of(1, 2, 3), b: Float32Array.of(-0.5) };
const refused = () => Promise.reject(new Error("made again"));

async function kept(seed: number): Promise<Recipe> {
  const recipe = await recipeOf("toys", toyModel, { seed }, import.meta.url);
  await trainedPiece(recipe, "one", () => Promise.resolve(parts));
  return recipe;
}

Deno.test("a piece that an earlier run made is not made again", async () => {
  assertEquals(await trainedPiece(await kept(1), "one", refused), parts);
});

Deno.test("nothing is used before all is trained, then all of it is there", async () => {
  const recipe = await kept(2);
  assertEquals(await openTrained(recipe), undefined);
  await finishTraining(recipe, ["one"], { right: [0.5] });
  assertEquals(await openTrained(recipe), { pieces: { one: parts }, told: { right: [0.5] } });
});

Deno.test("another model, other settings, another drafter and other code are other trainings", async () => {
  const recipe = await kept(3);
  const { params } = toyModel;
  const other = { ...toyModel, params: { ...params, weights: "1".repeat(64) } };
  const module = import.meta.resolve("../../engine/test_cache.ts");
  for (
    const one of [
      await recipeOf("toys", other, { seed: 3 }, import.meta.url),
      await recipeOf("toys", toyModel, { seed: 4 }, import.meta.url),
      await recipeOf("dolls", toyModel, { seed: 3 }, import.meta.url),
      await recipeOf("toys", toyModel, { seed: 3 }, module),
    ]
  ) assertNotEquals(await digest(one), await digest(recipe));
});

for (const file of ["one.safetensors", "trained.json"]) {
  Deno.test(`where ${file} is damaged all is removed, and training begins anew`, async () => {
    const recipe = await kept(file.length);
    await finishTraining(recipe, ["one"], {});
    await Deno.writeTextFile(`${cacheFolder()}/trained/${await digest(recipe)}/${file}`, "{}");
    await assertRejects(() => openTrained(recipe), UserError, "train them anew with `deno task train toys`");
    assertEquals(await openTrained(recipe), undefined);
  });
}
