import { assertStringIncludes } from "@std/assert";

const HOW = "/** @jsxRuntime automatic */\n/** @jsxImportSource hono/jsx */\n";

Deno.test("each file of markup says how it is made, so that it runs under another project's deno.json", async () => {
  const folder = new URL("../../../results/viewer/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".tsx")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    assertStringIncludes(text.slice(0, HOW.length), HOW, name);
  }
});
