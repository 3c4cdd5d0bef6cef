/**
 * The one folder for everything fetched or built: $ASSAY_CACHE, else the XDG cache folder. A thing is made under a
 * name of its own and renamed into place, so that two runs at once and a run that is killed leave no half of it. What a
 * killed run left of its makings is swept by the next one that makes something.
 */
import { UserError } from "../engine.ts";

/** Where the cache is. */
export function cacheFolder(): string {
  const own = Deno.env.get("ASSAY_CACHE");
  if (own) return own;
  const base = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME") ?? "."}/.cache`;
  return `${base}/assay`;
}

/** The folder `name` in the cache, made by `make` if it is not there. @throws {UserError} when it cannot be written. */
export async function publishFolder(
  name: string,
  make: (path: string) => void | Promise<void>,
): Promise<string> {
  return await publish(name, async (path) => {
    await Deno.mkdir(path);
    await make(path);
  });
}

/** A making that nothing was added to for so long was left by a run that was killed. */
const STALE_MS = 3_600_000;
const MAKING = "making-";

/** The file or folder `name` in the cache, made by `make` if it is not there. @throws {UserError} as above. */
export async function publish(name: string, make: (path: string) => void | Promise<void>): Promise<string> {
  const target = `${cacheFolder()}/${name}`;
  if (await exists(target)) return target;
  const scratch = `${cacheFolder()}/${MAKING}${Deno.pid}-${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    await sweep();
    await make(scratch);
    await Deno.rename(scratch, target).catch(async (error) => {
      // Another run was first.
      if (!(await exists(target))) throw error;
    });
    return target;
  } catch (error) {
    throw explain(error);
  } finally {
    await Deno.remove(scratch, { recursive: true }).catch(() => {});
  }
}

/** Removes what this process is making, in whichever thread; to be called when it is about to end. */
export function abandonMakings(): void {
  const root = cacheFolder();
  try {
    for (const { name } of Deno.readDirSync(root)) {
      if (name.startsWith(`${MAKING}${Deno.pid}-`)) Deno.removeSync(`${root}/${name}`, { recursive: true });
    }
  } catch {
    // There is no cache yet, or a thread was adding to it: the next run sweeps what is left.
  }
}

async function sweep(): Promise<void> {
  const root = cacheFolder();
  for await (const { name } of Deno.readDir(root)) {
    if (!name.startsWith(MAKING) || Date.now() - await newest(`${root}/${name}`) < STALE_MS) continue;
    await Deno.remove(`${root}/${name}`, { recursive: true }).catch(() => {});
  }
}

/** When the file, or anything in the folder, was last written; now where it goes away meanwhile. */
async function newest(path: string): Promise<number> {
  try {
    const { isDirectory, mtime } = await Deno.lstat(path);
    let latest = mtime?.getTime() ?? 0;
    if (!isDirectory) return latest;
    for await (const { name } of Deno.readDir(path)) {
      latest = Math.max(latest, await newest(`${path}/${name}`));
    }
    return latest;
  } catch {
    return Date.now();
  }
}

/** What nothing was added to for a day may go. */
const UNUSED_MS = 86_400_000;

/** Removes what is in the folder `name` but for `keep`, where nothing was added to it for a day. */
export async function removeStale(name: string, keep: string): Promise<void> {
  const folder = `${cacheFolder()}/${name}`;
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.name === keep || Date.now() - await newest(path) < UNUSED_MS) continue;
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
}

/** Whether `name` is in the cache. */
export async function isCached(name: string): Promise<boolean> {
  return await exists(`${cacheFolder()}/${name}`);
}

/** What the cache holds: path below the folder, and bytes. @throws {UserError} when it cannot be read. */
export async function listCache(): Promise<readonly { readonly name: string; readonly bytes: number }[]> {
  const entries: { name: string; bytes: number }[] = [];
  const root = cacheFolder();
  const walk = async (path: string): Promise<void> => {
    for await (const entry of Deno.readDir(`${root}/${path}`)) {
      const name = path ? `${path}/${entry.name}` : entry.name;
      if (entry.isDirectory) await walk(name);
      else entries.push({ name, bytes: (await Deno.stat(`${root}/${name}`)).size });
    }
  };
  try {
    if (await exists(root)) await walk("");
  } catch (error) {
    throw explain(error);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Removes everything in the cache. @throws {UserError} when it cannot be written. */
export async function clearCache(): Promise<void> {
  const root = cacheFolder();
  if (!(await exists(root))) return;
  try {
    for await (const { name } of Deno.readDir(root)) {
      await Deno.remove(`${root}/${name}`, { recursive: true });
    }
  } catch (error) {
    throw explain(error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

/** The error as a sentence, where the cache's disk or folder is to blame. */
export function explain(error: unknown): unknown {
  const root = cacheFolder();
  const code = (error as { code?: string }).code;
  if (code === "ENOSPC") {
    return new UserError(
      `Cannot fill the cache ${root} as its disk must have room: it is full. Set ASSAY_CACHE to another folder.`,
    );
  }
  if (
    error instanceof Deno.errors.PermissionDenied || code === "EROFS" || code === "EACCES" ||
    code === "ENOTDIR"
  ) {
    return new UserError(
      `Cannot use the cache ${root} as it must be a folder that can be written: it is not. Set ASSAY_CACHE to another folder.`,
    );
  }
  return error;
}
