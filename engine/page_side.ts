/** The K or the V of one page, each value a code of 8 or 4 bits on a grid; see rounded_pages.ts for what shares a grid. */
import type { KvRows, KvShape } from "./cache.ts";
import type { Extent } from "./kv_extent.ts";
import { bytesOf, PAGE_TOKENS } from "./pages.ts";

/** The K or the V of a page; a line is a layer's head. */
export abstract class Side {
  readonly #rowBytes: number;
  protected readonly codes: Uint8Array;
  protected readonly levels: number;
  protected readonly lines: number;
  protected readonly headDim: number;

  constructor(private readonly shape: KvShape, private readonly kind: 0 | 1, private readonly bits: 8 | 4) {
    this.headDim = shape.headDim;
    this.lines = shape.layers * shape.kvHeads;
    this.levels = 2 ** bits - 1;
    this.#rowBytes = Math.ceil(this.headDim * bits / 8);
    this.codes = new Uint8Array(this.lines * PAGE_TOKENS * this.#rowBytes);
  }

  abstract write(slot: number, kv: KvRows, source: number): void;
  abstract read(line: number, slot: number, count: number, into: Float32Array, target: number): void;

  take(other: Side): void {
    const theirs = other.arrays();
    this.arrays().forEach((array, i) => bytesOf(array).set(bytesOf(theirs[i]!)));
  }

  /** Of a full page. */
  get bytes(): number {
    return this.arrays().reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Writes a full page's side into so many bytes. */
  save(into: Uint8Array): void {
    let at = 0;
    for (const array of this.arrays()) {
      into.set(bytesOf(array), at);
      at += array.byteLength;
    }
  }

  /** Holds what `save` wrote. */
  load(from: Uint8Array): void {
    let at = 0;
    for (const array of this.arrays()) {
      bytesOf(array).set(from.subarray(at, at + array.byteLength));
      at += array.byteLength;
    }
  }

  /** What a full page holds. */
  protected arrays(): readonly ArrayBufferView[] {
    return [this.codes];
  }

  /** Where a line begins in a row [layers, 2, kvHeads, headDim]. */
  protected at(line: number): number {
    const { kvHeads } = this.shape;
    const head = line % kvHeads;
    return ((line - head) * 2 + this.kind * kvHeads + head) * this.headDim;
  }

  protected encode(row: number, from: Float32Array, at: number, low: Grid, step: Grid, grid: number): void {
    const { codes, levels, headDim } = this;
    const to = row * this.#rowBytes;
    for (let d = 0; d < headDim; d++) {
      const code = Math.min(
        levels,
        Math.max(0, Math.round((from[at + d]! - low[grid + d]!) / step[grid + d]!)),
      );
      if (this.bits === 8) codes[to + d] = code;
      else if (d % 2 === 0) codes[to + (d >> 1)] = code;
      else codes[to + (d >> 1)]! |= code << 4;
    }
  }

  protected decode(row: number, into: Float32Array, at: number, low: Grid, step: Grid, grid: number): void {
    const { codes, headDim } = this;
    const from = row * this.#rowBytes;
    for (let d = 0; d < headDim; d++) {
      const byte = this.bits === 8 ? codes[from + d]! : codes[from + (d >> 1)]! >> (d % 2 * 4) & 15;
      into[at + d] = low[grid + d]! + step[grid + d]! * byte;
    }
  }
}

type Grid = Float16Array | Float32Array;

/** Beyond what rounding to 16-bit floats takes away from a number, relative and absolute. */
const [SLACK, TINY] = [2 ** -10, 2 ** -24];
const LARGEST = 65504;

/**
 * Writes the grid of 16-bit floats over [min, max], so that nothing between them is more than half a step from a code;
 * what lies beyond the floats' range is clipped. Not a number: nor is what is read.
 */
function span(min: number, max: number, levels: number, low: Grid, step: Grid, at: number): void {
  const from = Math.max(-LARGEST, Math.f16round(min - Math.abs(min) * SLACK - TINY));
  low[at] = from;
  step[at] = Math.min(LARGEST, Math.f16round((max - from) / levels * (1 + SLACK) + TINY));
}

/** A grid for each row and head. */
export class TokenSide extends Side {
  readonly #low = new Float16Array(this.lines * PAGE_TOKENS);
  readonly #step = new Float16Array(this.lines * PAGE_TOKENS);
  readonly #wide = [new Float32Array(this.headDim), new Float32Array(this.headDim)] as const;

  write(slot: number, kv: KvRows, source: number): void {
    for (let line = 0; line < this.lines; line++) {
      const at = source + this.at(line);
      let [min, max] = [Infinity, -Infinity];
      for (let d = 0; d < this.headDim; d++) {
        min = Math.min(min, kv[at + d]!);
        max = Math.max(max, kv[at + d]!);
      }
      const row = line * PAGE_TOKENS + slot;
      span(min, max, this.levels, this.#low, this.#step, row);
      this.#spread(row);
      this.encode(row, kv, at, ...this.#wide, 0);
    }
  }

  read(line: number, slot: number, count: number, into: Float32Array, target: number): void {
    for (let i = 0; i < count; i++) {
      const row = line * PAGE_TOKENS + slot + i;
      this.#spread(row);
      this.decode(row, into, target + i * this.headDim, ...this.#wide, 0);
    }
  }

  protected override arrays(): readonly ArrayBufferView[] {
    return [...super.arrays(), this.#low, this.#step];
  }

  #spread(row: number): void {
    this.#wide[0].fill(this.#low[row]!);
    this.#wide[1].fill(this.#step[row]!);
  }
}

/** A grid for each channel of a full page; until it is full its rows are floats. */
export class PageSide extends Side {
  readonly #low = new Float16Array(this.lines * this.headDim);
  readonly #step = new Float16Array(this.lines * this.headDim);
  /** [lines, PAGE_TOKENS, headDim] while the page is not full. */
  #open: Float32Array | undefined;

  write(slot: number, kv: KvRows, source: number): void {
    const open = this.#open ??= this.#reopened(slot);
    for (let line = 0; line < this.lines; line++) {
      const [from, to] = [source + this.at(line), (line * PAGE_TOKENS + slot) * this.headDim];
      for (let d = 0; d < this.headDim; d++) open[to + d] = kv[from + d]!;
    }
    if (slot === PAGE_TOKENS - 1) this.#close(open);
  }

  read(line: number, slot: number, count: number, into: Float32Array, target: number): void {
    const first = line * PAGE_TOKENS + slot;
    if (this.#open) {
      into.set(this.#open.subarray(first * this.headDim, (first + count) * this.headDim), target);
      return;
    }
    for (let i = 0; i < count; i++) {
      this.decode(first + i, into, target + i * this.headDim, this.#low, this.#step, line * this.headDim);
    }
  }

  override take(other: PageSide): void {
    super.take(other);
    this.#open = other.#open?.slice();
  }

  override load(from: Uint8Array): void {
    super.load(from);
    this.#open = undefined;
  }

  protected override arrays(): readonly ArrayBufferView[] {
    return [...super.arrays(), this.#low, this.#step];
  }

  /** Room for a page's rows, with the first `rows` of them where it was full and was cut. */
  #reopened(rows: number): Float32Array {
    const open = new Float32Array(this.lines * PAGE_TOKENS * this.headDim);
    for (let line = 0; rows > 0 && line < this.lines; line++) {
      this.read(line, 0, rows, open, line * PAGE_TOKENS * this.headDim);
    }
    return open;
  }

  #close(open: Float32Array): void {
    const { headDim } = this;
    for (let line = 0; line < this.lines; line++) {
      const first = line * PAGE_TOKENS;
      for (let d = 0; d < headDim; d++) {
        let [min, max] = [Infinity, -Infinity];
        for (let row = first; row < first + PAGE_TOKENS; row++) {
          min = Math.min(min, open[row * headDim + d]!);
          max = Math.max(max, open[row * headDim + d]!);
        }
        span(min, max, this.levels, this.#low, this.#step, line * headDim + d);
      }
      for (let row = first; row < first + PAGE_TOKENS; row++) {
        this.encode(row, open, row * headDim, this.#low, this.#step, line * headDim);
      }
    }
    this.#open = undefined;
  }
}

/** A grid for each channel of every page, as calibration found it; what lies beyond it is clipped. */
export class ChannelSide extends Side {
  readonly #low: Float32Array;
  readonly #step: Float32Array;

  constructor(shape: KvShape, kind: 0 | 1, bits: 8 | 4, extent: Extent) {
    super(shape, kind, bits);
    const { low, step } = extent.grids(kind, this.levels);
    this.#low = low;
    this.#step = step;
  }

  write(slot: number, kv: KvRows, source: number): void {
    for (let line = 0; line < this.lines; line++) {
      const row = line * PAGE_TOKENS + slot;
      this.encode(row, kv, source + this.at(line), this.#low, this.#step, line * this.headDim);
    }
  }

  read(line: number, slot: number, count: number, into: Float32Array, target: number): void {
    for (let i = 0; i < count; i++) {
      const row = line * PAGE_TOKENS + slot + i;
      this.decode(row, into, target + i * this.headDim, this.#low, this.#step, line * this.headDim);
    }
  }
}
