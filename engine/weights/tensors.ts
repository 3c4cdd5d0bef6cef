/** A table of tensors in open files; the data of each is read from disk only when it is asked for. */
import { UserError } from "../engine.ts";
import type { BlockFormat } from "./blocks.ts";

/** One tensor, and where its bytes are. */
export interface TensorEntry {
  /** In the file. */
  readonly called: string;
  /** Row-major. */
  readonly shape: readonly number[];
  readonly format: BlockFormat;
  readonly file: Deno.FsFile;
  readonly offset: number;
  readonly bytes: number;
}

/** What every form of weights shares: see Weights. Closes its files when it is disposed of. */
export abstract class Tensors implements Disposable {
  constructor(
    readonly path: string,
    private readonly table: ReadonlyMap<string, TensorEntry>,
    private readonly files: readonly Deno.FsFile[],
  ) {}

  names(): readonly string[] {
    return [...this.table.keys()];
  }

  called(name: string): string {
    return this.#entry(name).called;
  }

  /** What a tensor that is not there would be called. */
  protected wanted(name: string): string {
    return name;
  }

  shape(name: string): readonly number[] {
    return this.#entry(name).shape;
  }

  stored(name: string): string {
    return this.#entry(name).format.name;
  }

  read(name: string): Float32Array {
    const { shape, format } = this.#entry(name);
    const values = new Float32Array(shape.reduce((product, n) => product * n, 1));
    format.decode(this.#bytes(name), values, 0, values.length);
    return values;
  }

  rows(name: string): (row: number, into: Float32Array, offset: number) => void {
    const { shape, format } = this.#entry(name);
    const [count, width] = shape as readonly [number, number];
    const bytes = this.#bytes(name);
    const stride = width / format.values * format.bytes;
    return (row, into, offset) => {
      if (!(row >= 0 && row < count)) {
        throw new RangeError(`Cannot read row ${row} of ${name} as it must be one of its ${count}`);
      }
      format.decode(bytes.subarray(row * stride, (row + 1) * stride), into, offset, width);
    };
  }

  [Symbol.dispose](): void {
    for (const file of this.files) file.close();
  }

  #entry(name: string): TensorEntry {
    const entry = this.table.get(name);
    if (!entry) {
      throw new UserError(
        `Cannot use ${this.path} as it must hold the tensor ${this.wanted(name)}: it does not.`,
      );
    }
    return entry;
  }

  #bytes(name: string): Uint8Array {
    const { file, offset, bytes, called } = this.#entry(name);
    const data = new Uint8Array(bytes);
    file.seekSync(offset, Deno.SeekMode.Start);
    for (let done = 0; done < bytes;) {
      const count = file.readSync(data.subarray(done));
      if (count === null) {
        throw new UserError(
          `Cannot read ${this.path} as it must hold all of tensor ${called}: it ended within it.`,
        );
      }
      done += count;
    }
    return data;
  }
}
