/**
 * The folder of a published site. New files wait in a folder of their own inside it and are moved into place at the
 * end, pages before what links to them, so that whoever stops it leaves the former site or the new one. Only what the
 * manifest names is ever replaced, and removed only if it still is what was written.
 */
import { UserError } from "../engine/mod.ts";
import {
  digestOf,
  isPlainPath,
  MANIFEST,
  type Manifest,
  readManifest,
  writeManifest,
} from "./publish_manifest.ts";

const WAITING = ".assay-publishing";
/** What may lie in a folder that is to become a site: a checkout's data, and what a stopped publish left. */
const IGNORED = [".git", WAITING];

/** Files written at once. */
const AT_ONCE = 16;

/** What a publish did to its folder. */
export interface Changes {
  readonly files: number;
  readonly bytes: number;
  /** New, or other than before. */
  readonly written: number;
  readonly removed: number;
  /** No longer part of the site but not as they were written, so left where they are. */
  readonly kept: readonly string[];
}

export class SiteFolder implements AsyncDisposable {
  readonly #folder: string;
  readonly #lock: Deno.FsFile;
  readonly #former: Manifest;
  readonly #files = new Map<string, string>();
  readonly #changed: string[] = [];
  readonly #made = new Set<string>();
  readonly #writing: Promise<void>[] = [];
  #bytes = 0;

  private constructor(folder: string, lock: Deno.FsFile, former: Manifest) {
    this.#folder = folder;
    this.#lock = lock;
    this.#former = former;
  }

  /** Takes the folder, making it where there is none. @throws {UserError} unless it is empty or a published site, and free. */
  static take(folder: string): SiteFolder {
    const refuse = (found: string): never => {
      throw new UserError(
        `Cannot publish to ${folder} as it must be empty or a site published before: found ${found}. Name another folder.`,
      );
    };
    const found = statOf(folder, Deno.statSync);
    if (found !== undefined && !found.isDirectory) refuse("a file");
    Deno.mkdirSync(folder, { recursive: true });
    const entries = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    const foreign = entries.find((name) => !IGNORED.includes(name));
    if (!entries.includes(MANIFEST) && foreign !== undefined) refuse(foreign);
    if (formerOf(folder) === undefined) refuse(UNKNOWN);
    const lock = lockOf(folder);
    // Another may have published while this one came to its lock.
    const former = formerOf(folder);
    if (former === undefined) {
      lock.close();
      return refuse(UNKNOWN);
    }
    return new SiteFolder(folder, lock, former);
  }

  /** Adds a file to the new site; resolves while it and a few before it may still be on their way to the disk. */
  async add(path: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    if (!isPlainPath(path) || this.#files.has(path)) throw new Error(`${path} cannot be a file of a site`);
    const digest = digestOf(body);
    this.#files.set(path, digest);
    this.#bytes += body.length;
    const written = this.#write(path, body, digest);
    // Told when it is waited for.
    written.catch(() => {});
    this.#writing.push(written);
    if (this.#writing.length >= AT_ONCE) await Promise.all(this.#writing.splice(0));
  }

  /** Moves what was added into place and removes what is no longer part of the site. @throws {UserError} before all of it when something else is in the way. */
  async commit(): Promise<Changes> {
    await Promise.all(this.#writing);
    const gone = [...this.#former.keys()].filter((path) => !this.#files.has(path));
    const isNew = (path: string) => !this.#former.has(path);
    const [added, replaced] = [this.#changed.filter(isNew), this.#changed.filter((path) => !isNew(path))];
    for (const folder of new Set([...this.#changed, ...gone].map(parent))) realFolder(this.#folder, folder);
    for (const path of this.#changed) {
      const there = statOf(this.#at(path), Deno.lstatSync);
      if (there !== undefined && (isNew(path) || there.isDirectory)) throw inTheWay(this.#at(path));
    }
    // The files of both sites are ours until the last is in place, should this be killed on the way.
    this.#keep(new Map([...this.#former, ...this.#files]));
    for (const path of [...added, ...replaced]) {
      Deno.renameSync(this.#at(`${WAITING}/new/${path}`), this.#at(path));
    }
    const kept: string[] = [];
    let removed = 0;
    for (const path of gone) {
      const there = await this.#digestAt(path);
      if (there === this.#former.get(path)) {
        Deno.removeSync(this.#at(path));
        removed++;
      } else if (there !== undefined) kept.push(path);
    }
    for (const folder of new Set(gone.map(parent))) removeEmpty(this.#folder, folder);
    this.#keep(this.#files);
    return { files: this.#files.size, bytes: this.#bytes, written: this.#changed.length, removed, kept };
  }

  /** Lets go of the folder; what was added and not committed is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#writing);
    Deno.removeSync(this.#at(WAITING), { recursive: true });
    this.#lock.close();
  }

  /** Puts the file where it waits, unless one is in place that is as it should be. */
  async #write(path: string, body: Uint8Array<ArrayBuffer>, digest: string): Promise<void> {
    if (this.#former.get(path) === digest && await this.#digestAt(path) === digest) return;
    this.#changed.push(path);
    const folder = `${WAITING}/new/${parent(path)}`;
    if (!this.#made.has(folder)) realFolder(this.#folder, folder);
    this.#made.add(folder);
    await Deno.writeFile(this.#at(`${WAITING}/new/${path}`), body);
  }

  #at(path: string): string {
    return `${this.#folder}/${path}`;
  }

  /** Nothing where there is no file; where there is something else, no digest of any. */
  async #digestAt(path: string): Promise<string | undefined> {
    const there = statOf(this.#at(path), Deno.lstatSync);
    if (there === undefined) return undefined;
    return there.isFile ? digestOf(await Deno.readFile(this.#at(path))) : "none";
  }

  #keep(files: Manifest): void {
    Deno.writeTextFileSync(this.#at(`${WAITING}/manifest`), writeManifest(files));
    Deno.renameSync(this.#at(`${WAITING}/manifest`), this.#at(MANIFEST));
  }
}

const UNKNOWN = `a ${MANIFEST} that this version of Assay did not write`;

/** What the manifest names, nothing where there is none; undefined where it is not ours. */
function formerOf(folder: string): Manifest | undefined {
  const path = `${folder}/${MANIFEST}`;
  return statOf(path, Deno.statSync) === undefined ? new Map() : readManifest(Deno.readTextFileSync(path));
}

/** Takes the lock, and empties the folder in which new files wait: what lies there may be a link. @throws {UserError} */
function lockOf(folder: string): Deno.FsFile {
  const waiting = `${folder}/${WAITING}`;
  const path = `${waiting}/lock`;
  realFolder(folder, WAITING);
  if (statOf(path, Deno.lstatSync)?.isFile === false) throw inTheWay(path);
  const lock = Deno.openSync(path, { write: true, create: true });
  // Whoever held it may have removed its file just before.
  if (!lock.tryLockSync(true) || statOf(path, Deno.lstatSync)?.ino !== lock.statSync().ino) {
    lock.close();
    throw new UserError(
      `Cannot publish to ${folder} as another publish must let go of it first. Wait for it to end.`,
    );
  }
  for (const { name } of Array.from(Deno.readDirSync(waiting))) {
    if (name !== "lock") Deno.removeSync(`${waiting}/${name}`, { recursive: true });
  }
  return lock;
}

const parent = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

const inTheWay = (path: string) =>
  new UserError(
    `Cannot publish to ${path} as nothing but a published file may be there: found another. Move it away.`,
  );

function statOf(path: string, stat: (path: string) => Deno.FileInfo): Deno.FileInfo | undefined {
  try {
    return stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Makes the folder under the root step by step. @throws {UserError} where a step is a link, which may lead anywhere, or a file. */
function realFolder(root: string, folder: string): void {
  let path = root;
  for (const step of folder.split("/").filter(Boolean)) {
    path = `${path}/${step}`;
    const there = statOf(path, Deno.lstatSync);
    if (there === undefined) Deno.mkdirSync(path);
    else if (!there.isDirectory) throw inTheWay(path);
  }
}

/** Removes the folder and those above it, up to the root, that hold nothing any more. */
function removeEmpty(root: string, folder: string): void {
  for (let left = folder; left !== ""; left = parent(left)) {
    if (Deno.readDirSync(`${root}/${left}`)[Symbol.iterator]().next().done !== true) return;
    Deno.removeSync(`${root}/${left}`);
  }
}
