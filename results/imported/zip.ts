/**
 * A zip archive in memory: its members by name, stored, deflated or in Zstandard, which Inspect's `.eval` logs use and
 * the zip package does not know. https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7 and 4.3.12
 */
import { inflateRawSync, zstdDecompressSync } from "node:zlib";

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
/** The end record is last, before a comment of at most 64 KiB. */
const END_BYTES = 22;
const COMMENT_BYTES = 65_535;
/** Beyond this a member is a bomb, not a log. */
const MOST_BYTES = 400 * 2 ** 20;

/** Members by name; each is unpacked when it is asked for. @throws when it is no whole archive. */
export function zipMembers(bytes: Uint8Array<ArrayBuffer>): ReadonlyMap<string, () => Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - END_BYTES;
  const last = Math.max(0, end - COMMENT_BYTES);
  while (end >= last && view.getUint32(end, true) !== END) end--;
  if (end < last || end < 0) throw new Error("it has no end record");
  const members = new Map<string, () => Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== CENTRAL) throw new Error("its directory is damaged");
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ];
    const entry = {
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    members.set(
      new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + name)),
      () => unpack(bytes, view, entry),
    );
    at += 46 + name + extra + comment;
  }
  return members;
}

interface Entry {
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

function unpack(
  bytes: Uint8Array<ArrayBuffer>,
  view: DataView,
  { method, packed, size, offset }: Entry,
): Uint8Array {
  if (size > MOST_BYTES) throw new Error(`a member of ${size} bytes is too large`);
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length) throw new Error("it is cut short");
  const data = bytes.subarray(start, start + packed);
  const limit = { maxOutputLength: Math.max(1, size) };
  const found = method === 0
    ? data
    : method === 8
    ? inflateRawSync(data, limit)
    : method === 93
    ? zstdDecompressSync(data, limit)
    : undefined;
  if (found === undefined) throw new Error(`its compression method ${method} is not known`);
  if (found.length !== size) throw new Error("a member is damaged");
  return found;
}
