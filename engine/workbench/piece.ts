/** A piece of made weights: some matrices as integers, some tensors as floats, and notes; a safetensors file of its own. */
import type { Integers, Json } from "../stack.ts";
import { type BlockFormat, BLOCKS, type Packed } from "../weights/mod.ts";
import { safetensors } from "../weights/safetensors.ts";
import type { TensorEntry } from "../weights/tensors.ts";

export interface Piece {
  /** By the name of the matrix. */
  readonly matrices: Readonly<Record<string, { readonly precision: Integers; readonly packed: Packed }>>;
  /** Tensors that stand for the file's own, e.g. a norm's gain that took over a scale. */
  readonly floats?: Readonly<Record<string, Float32Array>>;
  /** What there is to tell of how it was made. */
  readonly notes?: Readonly<Record<string, Json>>;
}

const BYTES: BlockFormat = {
  name: "U8",
  values: 1,
  bytes: 1,
  decode: (bytes, into, offset, count) => {
    for (let i = 0; i < count; i++) into[offset + i] = bytes[i]!;
  },
};
const FLOATS = BLOCKS.get(0)!;
const FORMATS: ReadonlyMap<string, BlockFormat> = new Map([[BYTES.name, BYTES], [FLOATS.name, FLOATS]]);
/** JSON in bytes: the precisions by matrix, and the notes. */
const TOLD = "told";

/** Writes a piece to a file. */
export async function writePiece(path: string, { matrices, floats = {}, notes = {} }: Piece): Promise<void> {
  const precisions = Object.fromEntries(
    Object.entries(matrices).map(([name, { precision }]) => [name, precision]),
  );
  const told = new TextEncoder().encode(JSON.stringify({ precisions, notes }));
  const tensors: [string, Uint8Array | Float32Array][] = [
    [TOLD, told],
    ...Object.entries(matrices).flatMap(([name, { packed }]) =>
      Object.entries(packed).map(([part, data]): [string, Uint8Array] => [`${name}.${part}`, data])
    ),
    ...Object.entries(floats),
  ];
  let at = 0;
  const head = Object.fromEntries(tensors.map(([name, data]) => {
    const data_offsets = [at, at += data.byteLength];
    return [name, {
      dtype: data instanceof Float32Array ? FLOATS.name : BYTES.name,
      shape: [data.length],
      data_offsets,
    }];
  }));
  const text = new TextEncoder().encode(JSON.stringify(head));
  using file = await Deno.open(path, { write: true, createNew: true });
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  for (const data of [length, text, ...tensors.map(([, data]) => data)]) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
  }
}

/** A piece in an open file: what it has is read when it is asked for. */
export class OpenPiece implements Disposable {
  readonly precisions: Readonly<Record<string, Integers>>;
  readonly notes: Readonly<Record<string, Json>>;
  readonly #file: Deno.FsFile;
  readonly #entries: ReadonlyMap<string, TensorEntry>;

  /** @throws {UserError} when the file is not whole. */
  constructor(path: string) {
    this.#file = Deno.openSync(path);
    this.#entries = new Map(safetensors(path, this.#file, FORMATS).map((entry) => [entry.called, entry]));
    ({ precisions: this.precisions, notes: this.notes } = JSON.parse(
      new TextDecoder().decode(this.#bytes(TOLD)),
    ));
  }

  packed(name: string): Packed {
    const zeros = this.#entries.has(`${name}.zeros`) ? this.#bytes(`${name}.zeros`) : undefined;
    const values = this.#bytes(`${name}.values`);
    return { values, scales: this.floats(`${name}.scales`)!, ...(zeros && { zeros }) };
  }

  /** A tensor of floats; undefined where the piece has none of this name. */
  floats(name: string): Float32Array | undefined {
    return this.#entries.has(name) ? new Float32Array(this.#bytes(name).buffer) : undefined;
  }

  read(): Piece {
    const matrices = Object.fromEntries(
      Object.entries(this.precisions).map((
        [name, precision],
      ) => [name, { precision, packed: this.packed(name) }]),
    );
    const named = [...this.#entries.values()].filter(({ called, format }) =>
      format === FLOATS && !(called.replace(/\.scales$/, "") in this.precisions)
    );
    const floats = Object.fromEntries(named.map(({ called }) => [called, this.floats(called)!]));
    return { matrices, floats, notes: this.notes };
  }

  #bytes(name: string): Uint8Array<ArrayBuffer> {
    const { offset, bytes } = this.#entries.get(name)!;
    const data = new Uint8Array(bytes);
    this.#file.seekSync(offset, Deno.SeekMode.Start);
    for (let done = 0; done < bytes;) done += this.#file.readSync(data.subarray(done)) ?? bytes;
    return data;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}
