/**
 * Reads the head of a safetensors file (github.com/huggingface/safetensors, "Format"): eight bytes of length, that much
 * JSON, then the tensors' bytes one after another, with no byte that belongs to none or to two.
 */
import { UserError } from "../engine.ts";
import { type BlockFormat, BLOCKS } from "./blocks.ts";
import { fields } from "./json.ts";
import type { TensorEntry } from "./tensors.ts";

/** The limit of the format's own implementation. */
const MOST_HEAD_BYTES = 100_000_000;

const FORMATS: ReadonlyMap<string, BlockFormat> = new Map(
  [0, 1, 30].map((type) => BLOCKS.get(type)!).map((format) => [format.name, format]),
);

/**
 * The tensors of an open file, in the order of their bytes; `formats`: those that it may hold, by name.
 * @throws {UserError} when it is no such file, or not whole.
 */
export function safetensors(path: string, file: Deno.FsFile, formats = FORMATS): readonly TensorEntry[] {
  const { size } = file.statSync();
  const length = size < 8 ? NaN : Number(new DataView(take(file, 0, 8).buffer).getBigUint64(0, true));
  if (!(length >= 2 && length <= MOST_HEAD_BYTES && length <= size - 8)) {
    throw new UserError(
      `Cannot read ${path} as it must begin with the length of its head: found ${length} in a file of ${size} bytes.`,
    );
  }
  const start = 8 + length;
  const entries = Object.entries(head(take(file, 8, length), path))
    .filter(([name]) => name !== "__metadata__")
    .map(([name, told]) => entry(name, told, path, file, start, formats))
    .sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let end = start;
  for (const { called, offset, bytes } of entries) {
    if (offset !== end) {
      throw new UserError(
        `Cannot read ${path} as each of its bytes must belong to one tensor: ${called} begins at byte ${offset}, ` +
          `and those before it end at ${end}.`,
      );
    }
    end += bytes;
  }
  if (end !== size) {
    throw new UserError(
      `Cannot read ${path} as it must be whole: its tensors end at byte ${end}, the file at ${size}.`,
    );
  }
  return entries;
}

function head(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  try {
    return fields(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch {
    throw new UserError(`Cannot read ${path} as its head must be a JSON object: it is not.`);
  }
}

function entry(
  name: string,
  told: unknown,
  path: string,
  file: Deno.FsFile,
  start: number,
  formats: typeof FORMATS,
): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = fields(told);
  const format = formats.get(`${dtype}`);
  if (!format) {
    throw new UserError(
      `Cannot read tensor ${name} of ${path} as its type must be ${
        [...formats.keys()].join(", ")
      }: found ${dtype}.`,
    );
  }
  const whole = (value: unknown): value is readonly number[] =>
    Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
  const values = whole(shape) ? shape.reduce((product, n) => product * n, 1) : NaN;
  if (!whole(shape) || !whole(offsets) || offsets[1]! - offsets[0]! !== values * format.bytes) {
    throw new UserError(
      `Cannot read tensor ${name} of ${path} as its bytes must be those of its shape: found ${
        JSON.stringify({ shape, data_offsets: offsets }).slice(0, 100)
      }.`,
    );
  }
  const bytes = values * format.bytes;
  return { called: name, shape, format, file, offset: start + offsets[0]!, bytes };
}

function take(file: Deno.FsFile, offset: number, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < count;) done += file.readSync(bytes.subarray(done)) ?? count;
  return bytes;
}
