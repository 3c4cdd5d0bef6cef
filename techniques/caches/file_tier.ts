/**
 * Pages in a file, each with the SHA-256 of its key and of what it holds: what is read back is what was written under
 * that key, or nothing. The file has no name once it is open, so that a process that is killed leaves none behind. A
 * disk that refuses a page costs that page, and the least recently used one makes room for the next.
 */
import { createHash } from "node:crypto";
import { cacheFolder } from "../../engine/mod.ts";

const DIGEST_BYTES = 32;

export type TierFile = Pick<Deno.FsFile, "seekSync" | "readSync" | "writeSync" | "close">;

export class FileTier implements Disposable {
  /** Slots by key, in order of use. */
  readonly #slots = new Map<string, number>();
  readonly #free: number[] = [];
  readonly #record: Uint8Array;
  #used = 0;
  #file: TierFile | undefined;
  #refused = false;

  /** `pages` of so many `bytes` at most; `create` opens the file, when the first page comes. */
  constructor(
    private readonly pages: number,
    bytes: number,
    private readonly create: () => TierFile = nameless,
  ) {
    this.#record = new Uint8Array(DIGEST_BYTES + bytes);
  }

  /** Notes that a page was used; whether there is one. */
  touch(key: string): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    this.#slots.delete(key);
    this.#slots.set(key, slot);
    return true;
  }

  /** Writes what `save` puts into the bytes of a page; whether the disk took it. */
  write(key: string, save: (into: Uint8Array) => void): boolean {
    const slot = this.#place();
    if (slot === undefined) return false;
    const page = this.#record.subarray(DIGEST_BYTES);
    save(page);
    this.#record.set(digestOf(key, page));
    try {
      const file = this.#opened();
      file.seekSync(slot * this.#record.length, Deno.SeekMode.Start);
      for (let at = 0; at < this.#record.length;) at += file.writeSync(this.#record.subarray(at));
    } catch {
      this.#free.push(slot);
      return false;
    }
    this.#slots.set(key, slot);
    return true;
  }

  /** Gives `load` the page of a key; whether it is there whole. One that is not is forgotten. */
  read(key: string, load: (from: Uint8Array) => void): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    const page = this.#record.subarray(DIGEST_BYTES);
    if (!this.#filled(slot) || digestOf(key, page).some((byte, i) => byte !== this.#record[i])) {
      this.#slots.delete(key);
      this.#free.push(slot);
      return false;
    }
    load(page);
    return this.touch(key);
  }

  /** @throws when a slot is held twice or by nobody. */
  check(): void {
    const all = [...this.#slots.values(), ...this.#free];
    if (all.length === this.#used && new Set(all).size === all.length) return;
    throw new Error(`A page of the file tier was lost or is held twice: ${all.length} of ${this.#used}`);
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
    this.#refused = true;
    this.#slots.clear();
    this.#free.length = this.#used = 0;
  }

  /** @throws where there is no file; it is asked for once. */
  #opened(): TierFile {
    if (this.#refused) throw new Error("There is no file");
    this.#refused = this.#file === undefined;
    this.#file ??= this.create();
    this.#refused = false;
    return this.#file;
  }

  #place(): number | undefined {
    if (this.#free.length > 0) return this.#free.pop();
    if (this.#used < this.pages) return this.#used++;
    for (const [key, slot] of this.#slots) {
      this.#slots.delete(key);
      return slot;
    }
    return undefined;
  }

  /** Whether the record could be read as a whole. */
  #filled(slot: number): boolean {
    try {
      const file = this.#opened();
      file.seekSync(slot * this.#record.length, Deno.SeekMode.Start);
      for (let at = 0; at < this.#record.length;) {
        const count = file.readSync(this.#record.subarray(at));
        if (count === null) return false;
        at += count;
      }
      return true;
    } catch {
      return false;
    }
  }
}

function digestOf(key: string, page: Uint8Array): Uint8Array {
  return createHash("sha256").update(key).update(page).digest();
}

/** A file in the cache folder that goes with whoever holds it. */
function nameless(): Deno.FsFile {
  const folder = `${cacheFolder()}/kv_offload`;
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = `${folder}/${crypto.randomUUID()}`;
  const file = Deno.openSync(path, { read: true, write: true, createNew: true, mode: 0o600 });
  try {
    Deno.removeSync(path);
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}
