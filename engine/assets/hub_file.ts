/**
 * One file of a hub, fetched in pieces into a file beside its place, which a later run goes on with; what is whole is
 * checked by the hash that the hub listed, and only then moved there.
 */
import { UserError } from "../engine.ts";
import { Unreachable, unreached } from "./hub_client.ts";

/** As the hub lists it: large files by SHA-256, others by git's own hash of them. */
export interface Listed {
  readonly path: string;
  readonly size: number;
  readonly oid?: string;
  readonly lfs?: { readonly oid: string };
}

const PIECE_BYTES = 8 << 20;
const TRIES = 3;
const PAUSE_MS = 300;

/**
 * Puts the file at `target`, where it is not there as listed; `open` asks the hub for it. Returns its SHA-256.
 * @throws {UserError} when it cannot be had whole; what was fetched of it stays.
 */
export async function fetchHubFile(
  file: Listed,
  target: string,
  { label, host, open, told }: {
    readonly label: string;
    readonly host: string;
    readonly open: () => Promise<Blob | null>;
    readonly told: (bytes: number) => void;
  },
): Promise<string> {
  const there = await hashesOf(target).catch(() => undefined);
  if (there && isListed(file, there)) return there.sha256;
  const part = `${target}.part`;
  using sink = await Deno.open(part, { read: true, write: true, create: true });
  let done = (await sink.stat()).size;
  if (done > file.size) await sink.truncate(done = 0);
  await sink.seek(done, Deno.SeekMode.Start);
  told(done);
  let source: Blob | null | undefined;
  for (let tries = 1; done < file.size;) {
    try {
      source ??= await open();
      if (source?.size !== file.size) {
        throw new UserError(
          `Cannot fetch ${label} as ${file.path} must have the ${file.size} bytes that the hub lists: found ${source?.size}.`,
        );
      }
      const end = Math.min(file.size, done + PIECE_BYTES);
      const piece = new Uint8Array(await source.slice(done, end).arrayBuffer());
      if (piece.length !== end - done) throw new TypeError(`a piece of ${file.path} was cut short`);
      for (let at = 0; at < piece.length;) at += await sink.write(piece.subarray(at));
      done = end;
      tries = 1;
      told(done);
    } catch (error) {
      if ((error as { readonly code?: string }).code === "ENOSPC") throw error;
      const why = unreached(error, label, host);
      if (!(why instanceof Unreachable) || tries++ === TRIES) throw why;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * tries));
    }
  }
  const found = await hashesOf(part);
  if (!isListed(file, found)) {
    await Deno.remove(part);
    throw new UserError(
      `Cannot use ${file.path} of ${label} as its hash must be ${file.lfs?.oid ?? file.oid}: found ${
        file.lfs ? found.sha256 : found.git
      }. Run this again.`,
    );
  }
  await Deno.rename(part, target);
  return found.sha256;
}

interface Hashes {
  readonly sha256: string;
  readonly git: string;
}

const isListed = ({ lfs, oid }: Listed, { sha256, git }: Hashes) => lfs ? lfs.oid === sha256 : oid === git;

async function hashesOf(path: string): Promise<Hashes> {
  const { createHash } = await import("node:crypto");
  const [sha256, git] = [createHash("sha256"), createHash("sha1")];
  using file = await Deno.open(path);
  git.update(`blob ${(await file.stat()).size}\0`);
  const buffer = new Uint8Array(1 << 20);
  for (let count; (count = await file.read(buffer)) !== null;) {
    sha256.update(buffer.subarray(0, count));
    git.update(buffer.subarray(0, count));
  }
  return { sha256: sha256.digest("hex"), git: git.digest("hex") };
}
