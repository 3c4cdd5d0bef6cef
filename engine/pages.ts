/** How a page holds its rows: in 32-bit floats here, in fewer bits in rounded_pages.ts. A cache asks no more of them. */
import type { KvRows, KvShape } from "./cache.ts";

export const PAGE_TOKENS = 16;

/** The K and V of PAGE_TOKENS tokens. */
export interface PageRows {
  /** Writes as row `slot` the row of a step that begins at `source`. Rows are written in order; those after it are void. */
  write(slot: number, kv: KvRows, source: number): void;
  /**
   * Reads rows [slot, slot + count) of one layer's K (kind 0) or V (kind 1) for every head, head h to
   * `target + h * headStride`, each row headDim floats.
   */
  read(
    layer: number,
    kind: 0 | 1,
    slot: number,
    count: number,
    into: Float32Array,
    target: number,
    headStride: number,
  ): void;
  /** Takes over what another page of the same form holds. */
  take(other: PageRows): void;
  /** Of a full page. */
  readonly bytes: number;
  /** Writes a full page into so many bytes, from which `load` makes a page of the same form hold the same. */
  save(into: Uint8Array): void;
  load(from: Uint8Array): void;
}

/** The form of a cache's pages. */
export interface PageForm {
  make(): PageRows;
  /** Whether a page's rows are rounded only once it is full, so that they change then. */
  readonly late: boolean;
  readonly counters: Readonly<Record<string, number>>;
}

/** Pages of 32-bit floats: what is read is what was written. */
export function floatPages(shape: KvShape): PageForm {
  return { make: () => new FloatRows(shape), late: false, counters: {} };
}

/** [layers, 2, kvHeads, PAGE_TOKENS, headDim] */
class FloatRows implements PageRows {
  readonly #data: Float32Array;

  constructor(private readonly shape: KvShape) {
    const { layers, kvHeads, headDim } = shape;
    this.#data = new Float32Array(layers * 2 * kvHeads * PAGE_TOKENS * headDim);
  }

  write(slot: number, kv: KvRows, source: number): void {
    const { layers, kvHeads, headDim } = this.shape;
    const data = this.#data;
    let target = slot * headDim;
    for (let head = layers * 2 * kvHeads; head > 0; head--) {
      for (let d = 0; d < headDim; d++) data[target + d] = kv[source + d]!;
      source += headDim;
      target += PAGE_TOKENS * headDim;
    }
  }

  read(
    layer: number,
    kind: 0 | 1,
    slot: number,
    count: number,
    into: Float32Array,
    target: number,
    headStride: number,
  ): void {
    const { kvHeads, headDim } = this.shape;
    const data = this.#data;
    for (let head = 0; head < kvHeads; head++) {
      const source = (((layer * 2 + kind) * kvHeads + head) * PAGE_TOKENS + slot) * headDim;
      const to = target + head * headStride;
      if (count === 1) { for (let d = 0; d < headDim; d++) into[to + d] = data[source + d]!; }
      else into.set(data.subarray(source, source + count * headDim), to);
    }
  }

  take(other: FloatRows): void {
    this.#data.set(other.#data);
  }

  get bytes(): number {
    return this.#data.byteLength;
  }

  save(into: Uint8Array): void {
    into.set(bytesOf(this.#data));
  }

  load(from: Uint8Array): void {
    bytesOf(this.#data).set(from);
  }
}

/** The same memory as bytes. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
