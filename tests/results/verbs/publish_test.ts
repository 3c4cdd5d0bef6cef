import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../../engine/mod.ts";
import { openStore } from "../../../results/mod.ts";
import { run } from "../../../results/verbs/publish.ts";
import { failed, recording, trial } from "../fixture.ts";
import { printed } from "./console.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** A folder with a store of `count` refused trials. */
async function withStore(
  count: number,
  action: (folder: string, store: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    {
      using store = openStore(`${folder}/store.sqlite`);
      for (let i = 0; i < count; i++) store.append(await recording(failed(trial(`technique_${i}`))));
    }
    await action(folder, `${folder}/store.sqlite`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("publish says how much it wrote and how to look, and again that nothing changed", async () => {
  await withStore(2, async (folder, store) => {
    const args = [`${folder}/site`, "--store", store, "--title", "Ours"];
    const { value, out } = await printed(() => run(args));
    assertEquals(value, 0);
    assert(
      /^Published \d+ pages to .*: \d+ files, \d\.\d MB, in \d+\.\d s; \d+ written, 0 removed/.test(out[0]!),
    );
    assertEquals(out[1], `Open ${folder}/site/index.html, or put the folder on any web server.`);
    assertStringIncludes(await Deno.readTextFile(`${folder}/site/index.html`), "· Ours</title>");
    assertStringIncludes((await printed(() => run(args))).out[0]!, "; 0 written, 0 removed,");
  });
});

Deno.test("a store that is not there is not published, so that a slip of the pen empties no site", async () => {
  await withStore(1, async (folder, store) => {
    await printed(() => run([`${folder}/site`, "--store", store]));
    await assertRejects(() => run([`${folder}/site`, "--store", `${store}x`]), UserError, "found no file");
    assert((await Deno.stat(`${folder}/site/index.html`)).isFile);
    assertEquals(await Deno.stat(`${store}x`).catch(() => "none"), "none");
  });
});

Deno.test("an address of no site is refused in one sentence", async () => {
  for (
    const url of [
      "boards",
      "file:///tmp",
      "javascript:alert(1)",
      "https://example.org/?q=1",
      "https://example.org/#a",
    ]
  ) {
    await assertRejects(
      () => run(["site", "--base-url", url]),
      UserError,
      `Cannot use --base-url ${url} as it must be where the site will be: an address such as https://example.org/boards/.`,
    );
  }
});

Deno.test("Ctrl-C ends a publish with code 130 and leaves the folder as it was", async () => {
  await withStore(400, async (folder, store) => {
    const child = new Deno.Command("deno", {
      args: ["run", "--no-check", "--allow-all", "mod.ts", "publish", `${folder}/site`, "--store", store],
      cwd: ROOT,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let said = "";
    for await (
      const text of child.stderr.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
    ) {
      if (said === "") child.kill("SIGINT");
      said += text;
    }
    assertEquals((await child.status).code, 130);
    assertStringIncludes(said, `Interrupted. ${folder}/site is as it was.\n`);
    assertEquals([...Deno.readDirSync(`${folder}/site`)], []);
  });
});
