/** Digests of large files are kept, and are those of the content whatever happens to the file. */
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { sha256OfFile } from "../../../engine/mod.ts";
import { useTestCache } from "../test_cache.ts";

useTestCache();

const SIZE = 33 << 20;

/** A file of one byte repeated, written some minutes ago, and its digest. */
function fileOf(folder: string, byte: number): { readonly path: string; readonly digest: string } {
  const [path, content] = [`${folder}/large`, new Uint8Array(SIZE).fill(byte)];
  Deno.writeFileSync(path, content);
  const written = new Date(Date.now() - byte * 60_000);
  Deno.utimeSync(path, written, written);
  return { path, digest: createHash("sha256").update(content).digest("hex") };
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const notes = () => {
  try {
    return [...Deno.readDirSync(`${Deno.env.get("ASSAY_CACHE")}/digests`)].map(({ name }) =>
      `${Deno.env.get("ASSAY_CACHE")}/digests/${name}`
    );
  } catch {
    return [];
  }
};

const settled = () => Date.now() + 10_000;

Deno.test("a large file's digest is kept once it has settled, and forgotten when the file changes in place", async () => {
  await withFolder(async (folder) => {
    const { path, digest } = fileOf(folder, 1);
    assertEquals(await sha256OfFile(path), digest);
    assertEquals(notes(), []);
    assertEquals(await sha256OfFile(path, settled()), digest);
    assertEquals(notes().length, 1);
    // The note is believed: the file is not read.
    const forged = "f".repeat(64);
    const [note] = notes();
    await Deno.writeTextFile(note!, (await Deno.readTextFile(note!)).replace(digest, forged));
    assertEquals(await sha256OfFile(path, settled()), forged);
    // Of the same size.
    const other = fileOf(folder, 2);
    assertEquals(await sha256OfFile(path, settled()), other.digest);
    await Deno.writeTextFile(note!, "damaged");
    assertEquals(await sha256OfFile(path, settled()), other.digest);
  });
});
