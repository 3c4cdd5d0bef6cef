import { assertEquals, assertStringIncludes } from "@std/assert";
import { below, inProcess, withFolder } from "./cache_process.ts";

const CONTENT = "one half, other half";

Deno.test("a thing is made once, whole, and found from then on", async () => {
  await withFolder(async (cache) => {
    const first = await inProcess(cache, "file", "files/a/thing", "plainly");
    assertEquals(first, { path: `${cache}/files/a/thing`, made: true, content: CONTENT });
    assertEquals((await inProcess(cache, "file", "files/a/thing", "with a failure"))!.made, false);
    assertEquals(below(cache), ["files/a/thing"]);
    assertEquals(await inProcess(cache, "list"), [{ name: "files/a/thing", bytes: 20 }] as never);
    await inProcess(cache, "clear");
    assertEquals([below(cache), await inProcess(cache, "list")], [[], [] as never]);
  });
});

Deno.test("two processes that make the same thing at once both have it, whole, and leave nothing else", async () => {
  await withFolder(async (folder) => {
    const both = (cache: string, kind: string) =>
      Promise.all([1, 2].map(() => inProcess(cache, kind, "things/one", "beside another")));
    const [one, other] = [`${folder}/one`, `${folder}/other`];
    for (const file of await both(one, "file")) {
      assertEquals(file, { path: `${one}/things/one`, made: true, content: CONTENT });
    }
    for (const made of await both(other, "folder")) assertEquals(made, { path: `${other}/things/one` });
    assertEquals([below(one), below(other)], [["things/one"], ["things/one/first", "things/one/second"]]);
  });
});

Deno.test("a making that fails leaves nothing and passes its error on", async () => {
  await withFolder(async (cache) => {
    for (const kind of ["file", "folder"]) {
      const answer = await inProcess(cache, kind, "some/thing", "with a failure");
      assertEquals(answer, { error: "Error", message: "the making failed" });
    }
    assertEquals(below(cache), []);
  });
});

Deno.test("a making that is killed leaves no half under the thing's name, and the next one succeeds", async () => {
  await withFolder(async (cache) => {
    assertEquals(await inProcess(cache, "file", "files/thing", "with a kill"), undefined);
    assertEquals(below(cache).map((name) => name.slice(0, 7)), ["making-"]);
    assertEquals((await inProcess(cache, "file", "files/thing", "plainly"))!.content, CONTENT);
    await inProcess(cache, "clear");
    assertEquals(below(cache), []);
  });
});

Deno.test("a full disk is one sentence with a way out, and leaves nothing", async () => {
  await withFolder(async (cache) => {
    const { error, message } = (await inProcess(cache, "file", "files/thing", "on a full disk"))!;
    assertEquals(error, "UserError");
    assertEquals(
      message,
      `Cannot fill the cache ${cache} as its disk must have room: it is full. Set ASSAY_CACHE to another folder.`,
    );
    assertEquals(below(cache), []);
  });
});

Deno.test("a cache that cannot be written is one sentence with a way out", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    for (
      const [cache, how] of [[`${folder}/file/below`, "plainly"], [folder, "on a read-only disk"]] as const
    ) {
      const { error, message } = (await inProcess(cache, "file", "files/thing", how))!;
      assertEquals(error, "UserError");
      assertStringIncludes(
        message as string,
        `Cannot use the cache ${cache} as it must be a folder that can be written: it is not.`,
      );
      assertStringIncludes(message as string, "Set ASSAY_CACHE");
    }
  });
});
