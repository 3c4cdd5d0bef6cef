/** A model's weights with what was made of them in its place. */
import { dequantize } from "../graph/quantize.ts";
import type { Held, ModelConfig, TokenizerFiles, Weights } from "../weights/mod.ts";
import { OpenPiece } from "./piece.ts";

export class Overlay implements Weights {
  readonly #pieces: readonly OpenPiece[];
  readonly #matrices = new Map<string, OpenPiece>();

  /** Owns the weights beneath from now on; `paths`: the pieces' files. */
  constructor(private readonly base: Weights, paths: readonly string[]) {
    this.#pieces = paths.map((path) => new OpenPiece(path));
    for (const piece of this.#pieces) {
      for (const name of Object.keys(piece.precisions)) this.#matrices.set(name, piece);
    }
  }

  get path(): string {
    return this.base.path;
  }

  dimensions(): ModelConfig {
    return this.base.dimensions();
  }

  tokenizerFiles(): TokenizerFiles {
    return this.base.tokenizerFiles();
  }

  names(): readonly string[] {
    return this.base.names();
  }

  called(name: string): string {
    return this.base.called(name);
  }

  shape(name: string): readonly number[] {
    return this.base.shape(name);
  }

  stored(name: string): string {
    return this.base.stored(name);
  }

  held(name: string): Held | undefined {
    const piece = this.#matrices.get(name);
    return piece && { precision: piece.precisions[name]!, read: () => piece.packed(name) };
  }

  read(name: string): Float32Array {
    const floats = this.#floats(name);
    if (floats) return floats;
    const held = this.held(name);
    if (!held) return this.base.read(name);
    const [out, width] = this.shape(name) as [number, number];
    return dequantize(held.read(), out, width, held.precision);
  }

  /** Of the weights beneath where integers were made of them: an embedding is looked up as the file has it. */
  rows(name: string): ReturnType<Weights["rows"]> {
    const floats = this.#floats(name);
    if (!floats) return this.base.rows(name);
    const width = this.shape(name)[1]!;
    return (row, into, offset) => into.set(floats.subarray(row * width, (row + 1) * width), offset);
  }

  #floats(name: string): Float32Array | undefined {
    for (const piece of this.#pieces) {
      const floats = piece.floats(name);
      if (floats) return floats;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    for (const piece of this.#pieces) piece[Symbol.dispose]();
    this.base[Symbol.dispose]();
  }
}
