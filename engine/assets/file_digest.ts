/**
 * SHA-256 of files. That of a large one is kept in the cache folder with the file's size, number and times, and it is
 * read again when any of them has changed: a model's file takes about a second per gigabyte, at each start.
 */
import { cacheFolder } from "./cache_folder.ts";

/** A file of fewer bytes is read each time. */
const LARGE = 32 << 20;
/** A file that was written so lately may be written again within the same tick of its clock. */
const SETTLED_MS = 2000;

/** In hexadecimal. `now`: milliseconds of the wall clock. */
export async function sha256OfFile(path: string, now = Date.now()): Promise<string> {
  const { size, ino, mtime, ctime } = await Deno.stat(path);
  const last = Math.max(mtime?.getTime() ?? Infinity, ctime?.getTime() ?? Infinity);
  if (size < LARGE || !(now - last > SETTLED_MS)) return await readSha256(path);
  const state = `${size} ${ino} ${mtime!.getTime()} ${ctime!.getTime()}`;
  const note = await noteOf(path);
  const [known, digest] = (await Deno.readTextFile(note).catch(() => "")).split("\n");
  if (known === state && /^[0-9a-f]{64}$/.test(digest ?? "")) return digest!;
  const found = await readSha256(path);
  await keep(note, `${state}\n${found}\n`);
  return found;
}

async function noteOf(path: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  const name = createHash("sha256").update(await Deno.realPath(path)).digest("hex").slice(0, 32);
  return `${cacheFolder()}/digests/${name}`;
}

/** A cache that cannot be written only costs time. */
async function keep(note: string, text: string): Promise<void> {
  const scratch = `${note}.${Deno.pid}`;
  try {
    await Deno.mkdir(note.slice(0, note.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(scratch, text);
    await Deno.rename(scratch, note);
  } catch {
    await Deno.remove(scratch).catch(() => {});
  }
}

/** In hexadecimal, read in pieces whatever is known of the file. */
export async function readSha256(path: string): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 20);
  for (;;) {
    const count = await file.read(buffer);
    if (count === null) return hash.digest("hex");
    hash.update(buffer.subarray(0, count));
  }
}
