/**
 * The lines of a file of JSON Lines, gzipped where it begins as gzip does, in bounded memory: a line that is longer than
 * any recording is told as such and passed over. https://jsonlines.org, https://www.rfc-editor.org/rfc/rfc1952
 */
import { UserError } from "../../engine/mod.ts";
import { visible } from "../columns.ts";

/** Twenty times the largest recording of the standard suite is still far below. */
const MOST_BYTES = 64 * 2 ** 20;
const PIECE_BYTES = 4 * 2 ** 20;
const NEWLINE = 10;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its newline; undefined where it is too long to be read. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** Whether a newline ended it; without one the file may have been cut short within it. */
  readonly ended: boolean;
}

/** Yields every line, and tells `at` how many bytes of the file were read. @throws {UserError} when it cannot be read. */
export async function* linesOf(path: string, at: (bytes: number) => void = () => {}): AsyncIterable<Line> {
  let number = 0;
  let held: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const taken = (last: Uint8Array<ArrayBuffer>, ended: boolean): Line => {
    const long = size + last.length > MOST_BYTES;
    const bytes = long ? undefined : held.length === 0 ? last : joined([...held, last], size + last.length);
    held = [];
    size = 0;
    return { number: ++number, bytes, ended };
  };
  for await (const chunk of chunksOf(path, at)) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield taken(chunk.subarray(from, end), true);
      from = end + 1;
    }
    if (from === chunk.length) continue;
    // Of a line beyond the bound its length alone is kept.
    if (size <= MOST_BYTES) held.push(chunk.subarray(from));
    else held = [];
    size += chunk.length - from;
  }
  if (size > 0) yield taken(new Uint8Array(), false);
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function* chunksOf(path: string, at: (bytes: number) => void): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const cannot = (error: unknown): never => {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw new UserError(
      `Cannot import ${visible(path)} as it must be a readable file of JSON Lines, or the same gzipped: ${
        visible(error.message)
      }.`,
    );
  };
  try {
    using file = await Deno.open(path);
    const magic = new Uint8Array(2);
    const read = await file.read(magic);
    await file.seek(0, Deno.SeekMode.Start);
    const zipped = read === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
    yield* zipped ? unzipped(ReadableStream.from(readAll(file, at))) : readAll(file, at);
  } catch (error) {
    cannot(error);
  }
}

/** In pieces so large that few lines lie across two of them. */
async function* readAll(
  file: Deno.FsFile,
  at: (bytes: number) => void,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  for (let bytes = 0;;) {
    const piece = new Uint8Array(PIECE_BYTES);
    const read = await file.read(piece);
    if (read === null) return;
    at(bytes += read);
    yield piece.subarray(0, read);
  }
}

/** What could be unzipped; a file that is cut short ends there. */
async function* unzipped(
  raw: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  const reader = raw.pipeThrough(new DecompressionStream("gzip")).getReader();
  for (let any = false;; any = true) {
    let step: Awaited<ReturnType<typeof reader.read>>;
    try {
      step = await reader.read();
    } catch (error) {
      if (!any) throw error;
      return;
    }
    if (step.done) return;
    yield step.value;
  }
}
