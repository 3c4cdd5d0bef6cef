/** Writes GGUF files for tests, from the format's description (gguf.md) and without the reader's code. */

/** GGUF's type numbers of metadata values. */
export const TYPE = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

export type Value =
  | { readonly type: keyof typeof TYPE; readonly value: unknown }
  | { readonly type: "array"; readonly of: keyof typeof TYPE; readonly value: readonly unknown[] };

export interface Tensor {
  readonly name: string;
  /** Row-major. */
  readonly shape: readonly number[];
  /** GGUF's type number of tensors. */
  readonly type: number;
  readonly data: Uint8Array;
}

export interface GgufFile {
  readonly magic?: string;
  readonly version?: number;
  readonly metadata?: Readonly<Record<string, Value>>;
  readonly tensors?: readonly Tensor[];
  /** Written instead of the true number. */
  readonly claims?: { readonly tensors?: bigint; readonly keys?: bigint };
}

/** Little-endian bytes, one after another. */
export class Bytes {
  readonly #parts: number[] = [];

  get length(): number {
    return this.#parts.length;
  }

  number(type: Exclude<keyof typeof TYPE, "string" | "array" | "bool">, value: number | bigint): this {
    const view = new DataView(new ArrayBuffer(8));
    const [n, big] = [Number(value), BigInt.asUintN(64, BigInt(Math.trunc(Number(value))))];
    const write: Readonly<Record<typeof type, () => number>> = {
      u8: () => (view.setUint8(0, n), 1),
      i8: () => (view.setInt8(0, n), 1),
      u16: () => (view.setUint16(0, n, true), 2),
      i16: () => (view.setInt16(0, n, true), 2),
      u32: () => (view.setUint32(0, n, true), 4),
      i32: () => (view.setInt32(0, n, true), 4),
      f32: () => (view.setFloat32(0, n, true), 4),
      f64: () => (view.setFloat64(0, n, true), 8),
      u64: () => (view.setBigUint64(0, typeof value === "bigint" ? value : big, true), 8),
      i64: () => (view.setBigUint64(0, typeof value === "bigint" ? BigInt.asUintN(64, value) : big, true), 8),
    };
    const size = write[type]();
    return this.raw(new Uint8Array(view.buffer, 0, size));
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  string(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.number("u64", bytes.length).raw(bytes);
  }

  value(given: Value): this {
    const { type, value } = given;
    if ("of" in given) {
      this.number("u32", TYPE[given.of]).number("u64", given.value.length);
      for (const one of given.value) this.value({ type: given.of, value: one });
      return this;
    }
    if (type === "string") return this.string(value as string);
    if (type === "bool") return this.number("u8", Number(value));
    return type === "array" ? this.raw(value as Uint8Array) : this.number(type, value as number);
  }

  pad(to: number): this {
    while (this.length % to !== 0) this.#parts.push(0);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#parts);
  }
}

/** The bytes of a GGUF file. */
export function gguf(
  { magic = "GGUF", version = 3, metadata = {}, tensors = [], claims = {} }: GgufFile,
): Uint8Array {
  const alignment = Number(metadata["general.alignment"]?.value ?? 32) || 32;
  const head = new Bytes().raw(new TextEncoder().encode(magic)).number("u32", version);
  head.number("u64", claims.tensors ?? tensors.length);
  head.number("u64", claims.keys ?? Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    head.string(key).number("u32", TYPE[value.type]).value(value);
  }
  const data = new Bytes();
  for (const { name, shape, type, data: bytes } of tensors) {
    head.string(name).number("u32", shape.length);
    for (const size of [...shape].reverse()) head.number("u64", size);
    head.number("u32", type).number("u64", data.pad(alignment).length);
    data.raw(bytes);
  }
  return head.pad(alignment).raw(data.done()).done();
}

/** The bytes of a 16-bit float. */
export function half(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(2));
  view.setFloat16(0, value, true);
  return new Uint8Array(view.buffer);
}

export const f32 = (name: string, shape: readonly number[], values: ArrayLike<number>): Tensor => ({
  name,
  shape,
  type: 0,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

/** Runs `use` on a file with these bytes, in a folder that is gone afterwards. */
export async function withFile(
  bytes: Uint8Array,
  use: (path: string, folder: string) => unknown | Promise<unknown>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/model.gguf`, bytes);
    await use(`${folder}/model.gguf`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
