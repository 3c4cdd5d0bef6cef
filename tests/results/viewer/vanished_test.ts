import { assertEquals, assertStringIncludes } from "@std/assert";
import { createApp, openStore } from "../../../results/mod.ts";
import { failed, recording, trial } from "../fixture.ts";

Deno.test("a store that is damaged while it is served is one sentence, as a page and as JSON", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/r.sqlite`;
    {
      using store = openStore(path);
      store.append(await recording(failed(trial("int4"))));
    }
    using store = openStore(path);
    const app = createApp(store);
    await Deno.writeFile(path, new Uint8Array(50_000).fill(7));
    const page = await app.request("/");
    assertEquals(page.status, 500);
    assertStringIncludes(await page.text(), "must be an undamaged SQLite file");
    const json = await app.request("/api/index.json");
    assertEquals(json.status, 500);
    assertStringIncludes((await json.json()).error, "must be an undamaged SQLite file");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
