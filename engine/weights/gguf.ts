/**
 * Reads GGUF (version 2 and 3, little endian; the ggml project's gguf.md): metadata and tensor table at once, tensor
 * data only when asked, one tensor at a time.
 */
import { UserError } from "../engine.ts";
import { type BlockFormat, BLOCKS } from "./blocks.ts";
import type { ModelConfig } from "./config.ts";
import { ggufConfig } from "./gguf_config.ts";
import { ggufTokenizer } from "./gguf_tokenizer.ts";
import { type TensorEntry, Tensors } from "./tensors.ts";
import type { TokenizerFiles, Weights } from "./weights.ts";

/** @throws {UserError} when the file is missing, not GGUF, cut short, or holds a tensor type that is not known. */
export function openGguf(path: string): Gguf {
  let file: Deno.FsFile;
  try {
    if (!Deno.statSync(path).isFile) throw new TypeError("not a file");
    file = Deno.openSync(path);
  } catch {
    throw new UserError(
      `Cannot open the model as it must be a readable file: ${path}. Give another with --model.`,
    );
  }
  try {
    return new Gguf(path, file);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A GGUF file that is open. */
export class Gguf extends Tensors implements Weights {
  readonly metadata: ReadonlyMap<string, unknown>;

  constructor(path: string, file: Deno.FsFile) {
    const { metadata, table } = parse(path, file);
    super(path, table, [file]);
    this.metadata = metadata;
  }

  dimensions(): ModelConfig {
    return ggufConfig(this);
  }

  tokenizerFiles(): TokenizerFiles {
    return ggufTokenizer(this);
  }
}

function parse(path: string, file: Deno.FsFile) {
  const size = file.statSync().size;
  const head = new Header(file, path, size);
  if (head.text(4) !== "GGUF") {
    throw new UserError(`Cannot read ${path} as it must be a GGUF file: its first bytes are not "GGUF".`);
  }
  const version = head.u32();
  if (version !== 2 && version !== 3) {
    throw new UserError(`Cannot read ${path} as GGUF must be version 2 or 3: found ${version}.`);
  }
  const [tensors, keys] = [head.u64(), head.u64()];
  const metadata = new Metadata();
  for (let i = 0; i < keys; i++) metadata.set(head.string(), head.value(head.u32()));
  const told: { name: string; shape: number[]; format: BlockFormat; offset: number }[] = [];
  for (let i = 0; i < tensors; i++) {
    const name = head.string();
    const shape = Array.from({ length: head.within(head.u32()) }, () => head.u64()).reverse();
    const type = head.u32();
    const format = BLOCKS.get(type);
    if (!format) {
      throw new UserError(
        `Cannot read tensor ${name} as its type must be one of ${known()}: found type ${type}.`,
      );
    }
    told.push({ name, shape, format, offset: head.u64() });
  }
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 8 || alignment % 8 !== 0) {
    throw new UserError(
      `Cannot read ${path} as its alignment must be a multiple of 8: found ${alignment}.`,
    );
  }
  const table = new Map<string, TensorEntry>();
  const start = Math.ceil(head.position / alignment) * alignment;
  for (const { name, shape, format, offset } of told) {
    const values = shape.reduce((product, n) => product * n, 1);
    const bytes = values / format.values * format.bytes;
    if ((shape.at(-1) ?? 1) % format.values !== 0) {
      throw new UserError(
        `Cannot read tensor ${name} as its rows must be whole blocks of ${format.values}: found ${
          shape.at(-1)
        }.`,
      );
    }
    if (!Number.isInteger(bytes) || start + offset + bytes > size) {
      throw new UserError(
        `Cannot read ${path} as it must hold all of tensor ${name}: the file ends after ${size} bytes.`,
      );
    }
    if (table.has(name)) {
      throw new UserError(`Cannot read ${path} as each tensor must be there once: ${name} is not.`);
    }
    table.set(name, { called: name, shape, format, file, offset: start + offset, bytes });
  }
  head.rest();
  return { metadata, table };
}

function known(): string {
  return [...BLOCKS.values()].map((format) => format.name).join(", ");
}

const MAX_NESTING = 8;
/** Lists of so many values are a tokenizer's: a session's own thread has no use for them. */
const LONG = 1024;
/** GGUF's type numbers: the bytes of those that have so many, and the string's. */
const BYTES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;

/** A value that is read when it is asked for. */
class Later {
  constructor(readonly read: () => unknown) {}
}

class Metadata extends Map<string, unknown> {
  override get(key: string): unknown {
    const value = super.get(key);
    return value instanceof Later ? value.read() : value;
  }
}

/** Reads the head of a file through a window that grows as it must. */
class Header {
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  position = 0;

  constructor(
    private readonly file: Deno.FsFile,
    private readonly path: string,
    private readonly size: number,
  ) {}

  u32(): number {
    return this.#take(4, (at) => this.#view.getUint32(at, true));
  }
  u64(): number {
    return this.#take(8, (at) => Number(this.#view.getBigUint64(at, true)));
  }
  text(length: number): string {
    return this.#take(length, (at) => new TextDecoder().decode(this.#bytes.subarray(at, at + length)));
  }
  string(): string {
    return this.text(this.u64());
  }

  /** The count itself, where so many things, each of a byte at least, can still follow. */
  within(count: number): number {
    if (count <= this.size - this.position) return count;
    throw this.#ended();
  }

  /** A metadata value of one of GGUF's thirteen types. */
  value(type: number, depth = 0): unknown {
    const view = (bytes: number, read: (at: number) => unknown) => this.#take(bytes, read);
    switch (type) {
      case 0:
        return view(1, (at) => this.#view.getUint8(at));
      case 1:
        return view(1, (at) => this.#view.getInt8(at));
      case 2:
        return view(2, (at) => this.#view.getUint16(at, true));
      case 3:
        return view(2, (at) => this.#view.getInt16(at, true));
      case 4:
        return this.u32();
      case 5:
        return view(4, (at) => this.#view.getInt32(at, true));
      case 6:
        return view(4, (at) => this.#view.getFloat32(at, true));
      case 7:
        return view(1, (at) => this.#view.getUint8(at) !== 0);
      case 8:
        return this.string();
      case 9: {
        if (depth > MAX_NESTING) {
          throw new UserError(
            `Cannot read ${this.path} as its metadata must not be lists of lists without end.`,
          );
        }
        const [of, length] = [this.u32(), this.within(this.u64())];
        const list = () => Array.from({ length }, () => this.value(of, depth + 1));
        return depth === 0 && length >= LONG ? this.#later(of, length, list) : list();
      }
      case 10:
        return this.u64();
      case 11:
        return view(8, (at) => Number(this.#view.getBigInt64(at, true)));
      case 12:
        return view(8, (at) => this.#view.getFloat64(at, true));
      default:
        throw new UserError(
          `Cannot read ${this.path} as its metadata must be of known types: found type ${type}.`,
        );
    }
  }

  /** Passes over a list's values; they are read when they are asked for. */
  #later(of: number, length: number, list: () => unknown): Later {
    const start = this.position;
    const bytes = BYTES[of];
    if (bytes !== undefined) this.#take(length * bytes, () => {});
    else {for (let i = 0; i < length; i++) {
        of === STRING ? this.#take(this.u64(), () => {}) : this.value(of, 1);
      }}
    return new Later(() => {
      this.position = start;
      return list();
    });
  }

  /** Gives back the window's memory; what is asked for later is read again. */
  rest(): void {
    this.#bytes = new Uint8Array(0);
    this.#view = new DataView(this.#bytes.buffer);
  }

  #take<T>(bytes: number, read: (at: number) => T): T {
    const end = this.position + bytes;
    if (end > this.size) {
      throw this.#ended();
    }
    if (end > this.#bytes.length) {
      this.#load(Math.min(this.size, Math.max(end, this.#bytes.length * 2, 1 << 20)));
    }
    const value = read(this.position);
    this.position = end;
    return value;
  }

  #ended(): UserError {
    return new UserError(
      `Cannot read ${this.path} as it must hold a whole header: the file ends after ${this.size} bytes.`,
    );
  }

  #load(length: number): void {
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
    this.file.seekSync(0, Deno.SeekMode.Start);
    for (let done = 0; done < length;) done += this.file.readSync(this.#bytes.subarray(done)) ?? length;
  }
}
