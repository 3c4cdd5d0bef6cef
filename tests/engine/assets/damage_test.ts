/** What was left in the cache in a bad state: files that changed after they were checked, makings of killed runs. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { BlobWriter, TextReader, ZipWriter } from "@zip.js/zip.js";
import { type PinnedFile, sha256 } from "../../../engine/mod.ts";
import { below, inProcess, withFolder } from "./cache_process.ts";

const CONTENT = "twenty bytes of data";
const FILE: PinnedFile = {
  package: "some-package",
  version: "1.2",
  member: "rows.txt",
  sha256: await sha256(new TextEncoder().encode(CONTENT)),
  bytes: CONTENT.length,
  wheelBytes: 1000,
};
const NO_PIP = "/nowhere";
const HOUR = 3_600_000;

/** A cache that already has the wheel, so that nothing has to be fetched. */
async function withWheel(use: (cache: string) => Promise<void>): Promise<void> {
  await withFolder(async (cache) => {
    const writer = new ZipWriter(new BlobWriter());
    await writer.add(FILE.member, new TextReader(CONTENT));
    await Deno.mkdir(`${cache}/wheels/some-package-1.2`, { recursive: true });
    const bytes = new Uint8Array(await (await writer.close()).arrayBuffer());
    await Deno.writeFile(`${cache}/wheels/some-package-1.2/some_package-1.2-py3-none-any.whl`, bytes);
    await use(cache);
  });
}

const fetch = async (cache: string) => (await inProcess(cache, "fetch", JSON.stringify(FILE), NO_PIP))!;

for (
  const [what, damage] of [
    ["is cut short", (path: string) => Deno.truncate(path, 7)],
    ["has another byte", (path: string) => Deno.writeTextFile(path, CONTENT.replace("data", "date"))],
    ["is empty", (path: string) => Deno.truncate(path, 0)],
  ] as const
) {
  Deno.test(`a file in the cache that ${what} is taken out of its wheel again`, async () => {
    await withWheel(async (cache) => {
      const { path } = await fetch(cache);
      await damage(path as string);
      assertEquals(await fetch(cache), { path });
      assertEquals(await Deno.readTextFile(path as string), CONTENT);
    });
  });
}

Deno.test("a damaged file that cannot be had anew is never used", async () => {
  await withWheel(async (cache) => {
    const { path } = await fetch(cache);
    await Deno.truncate(path as string, 7);
    await Deno.remove(`${cache}/wheels`, { recursive: true });
    const { error, message } = await fetch(cache);
    assertEquals(error, "UserError");
    assertStringIncludes(message as string, "Python 3 with pip must be installed");
    assertEquals(below(cache), []);
  });
});

Deno.test("makings that killed runs left are swept when they are old, and left alone while they may be in use", async () => {
  await withFolder(async (cache) => {
    const make = async (name: string, age: number) => {
      await Deno.mkdir(`${cache}/${name}`);
      await Deno.writeTextFile(`${cache}/${name}/half`, "");
      const at = new Date(Date.now() - age);
      await Deno.utime(`${cache}/${name}/half`, at, at);
      await Deno.utime(`${cache}/${name}`, new Date(0), new Date(0));
    };
    await make("making-1-old", 2 * HOUR);
    await make("making-2-young", HOUR / 2);
    await inProcess(cache, "file", "files/thing", "plainly");
    assertEquals(below(cache), ["files/thing", "making-2-young/half"]);
  });
});
