import { assert, assertStringIncludes } from "@std/assert";
import { failed, recording, trial } from "../fixture.ts";
import { filled, text } from "../pages.ts";

const pageOf = async (suite: string): Promise<string> => {
  const one = await recording(failed(trial("wide", { suite })));
  using store = filled([one]);
  return await text(store, `/trial/${one.id}.html`);
};

Deno.test("a trial of a named suite hands out the command that runs it again", async () => {
  const html = await pageOf("smoke");
  assertStringIncludes(html, "<code>deno task bench --suite smoke --only wide</code>");
  assert(!html.includes("FILE.ts"));
});

Deno.test("a trial of a file's suite asks for the file, as its name alone names no suite", async () => {
  const html = await pageOf("q2");
  assertStringIncludes(html, "<code>deno task bench --suite FILE.ts --only wide</code>");
  assertStringIncludes(html.replaceAll(/<[^>]*>|[\u2068\u2069]/g, ""), "FILE.ts: the file of suite q2");
});
