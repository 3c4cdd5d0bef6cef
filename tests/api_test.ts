/** The examples that mod.ts gives of the public API, type-checked and run as files of a user's own. */
import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { dense, oneAtATime, plain, UserError } from "../engine/mod.ts";
import { toyModel } from "../engine/engines/toy.ts";

const ROOT = new URL("../", import.meta.url);
const text = await Deno.readTextFile(new URL("mod.ts", ROOT));
const header = text.slice(0, text.indexOf("*/")).replaceAll(/^ \* ?/gm, "");
const examples = [...header.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

Deno.test("every example of the public API compiles and loads, outside of the checkout", async () => {
  assertEquals(examples.length, 5);
  const folder = await Deno.makeTempDir();
  try {
    const paths = examples.map((_, i) => `${folder}/example${i}.ts`);
    for (const [i, code] of examples.entries()) await Deno.writeTextFile(paths[i]!, code);
    const { success, stderr } = await new Deno.Command("deno", {
      args: ["check", "--config", "deno.json", ...paths],
      cwd: ROOT,
    }).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
    const [suite, technique] = await Promise.all(paths.map((path) => import(pathToFileURL(path).href)));
    const baseline = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };
    assertEquals(await technique.slots(baseline), ["cache"]);
    await Deno.writeTextFile(
      `${folder}/rows.jsonl`,
      JSON.stringify({ context: "2 + 2 =", continuations: [" 4", " 5"], gold: 0 }),
    );
    const { evals } = await suite.mine(pathToFileURL(`${folder}/rows.jsonl`));
    assertEquals(evals[0].metrics[0].allowed, 0.01);
    await assertRejects(() => suite.mine(pathToFileURL(`${folder}/gone.jsonl`)), UserError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
