/**
 * K and V in 8 or 4 bits, rounded to a grid between a least and a greatest value. What shares a grid: the values of one
 * row and head ("token"), those of one channel in a full page ("page"; KIVI, Liu et al., ICML 2024: keys have channels
 * that are large in every row), or those of one channel in every row there will be ("channel"), as calibration found
 * them. A page whose grids it takes all rows to know holds 32-bit floats until it is full.
 */
import type { KvRows, KvShape } from "./cache.ts";
import { UserError } from "./engine.ts";
import { readExtent } from "./kv_extent.ts";
import { ChannelSide, PageSide, type Side, TokenSide } from "./page_side.ts";
import { PAGE_TOKENS, type PageForm, type PageRows } from "./pages.ts";
import type { Digest } from "./stack.ts";

/** What shares a grid; see above. */
export type KvGrid = "token" | "page" | "channel";

/** How K and V are held; `extent`: the file of what each channel spans, where a grid is a channel's. */
export interface KvPrecision {
  readonly bits: 8 | 4;
  readonly keys: KvGrid;
  readonly values: KvGrid;
  readonly extent?: Digest;
}

/** Pages of so many bits. @throws {UserError} when the extent is missing, damaged or another model's. */
export function roundedPages(precision: KvPrecision, shape: KvShape): PageForm {
  const { bits, keys, values, extent } = precision;
  if (extent === undefined && [keys, values].includes("channel")) {
    throw new UserError(
      "Cannot round the KV cache per channel as its extent must be known: there is none. Use the technique, which calibrates it.",
    );
  }
  const spans = extent === undefined ? undefined : readExtent(extent, shape);
  const late = keys === "page" || values === "page";
  const count = { kvRowsRounded: 0, kvRowsRead: 0 };
  const of = (kind: 0 | 1, grid: KvGrid): Side => {
    if (grid === "token") return new TokenSide(shape, kind, bits);
    return grid === "page" ? new PageSide(shape, kind, bits) : new ChannelSide(shape, kind, bits, spans!);
  };
  const make = () => new RoundedRows(shape.kvHeads, of(0, keys), of(1, values), count);
  const { bytes } = make();
  const { layers, kvHeads, headDim } = shape;
  const floats = layers * 2 * kvHeads * headDim;
  return {
    make,
    late,
    get counters() {
      return { ...count, kvBytesPerToken: bytes / PAGE_TOKENS, kvBytesPerTokenF32: floats * 4 };
    },
  };
}

class RoundedRows implements PageRows {
  readonly #sides: readonly [Side, Side];

  constructor(
    private readonly kvHeads: number,
    keys: Side,
    values: Side,
    private readonly count: { kvRowsRounded: number; kvRowsRead: number },
  ) {
    this.#sides = [keys, values];
  }

  get bytes(): number {
    return this.#sides[0].bytes + this.#sides[1].bytes;
  }

  write(slot: number, kv: KvRows, source: number): void {
    for (const side of this.#sides) side.write(slot, kv, source);
    this.count.kvRowsRounded++;
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
    if (layer === 0 && kind === 0) this.count.kvRowsRead += count;
    for (let head = 0; head < this.kvHeads; head++) {
      this.#sides[kind].read(layer * this.kvHeads + head, slot, count, into, target + head * headStride);
    }
  }

  take(other: RoundedRows): void {
    this.#sides.forEach((side, kind) => side.take(other.#sides[kind]!));
  }

  save(into: Uint8Array): void {
    const [keys, values] = this.#sides;
    keys.save(into.subarray(0, keys.bytes));
    values.save(into.subarray(keys.bytes));
  }

  load(from: Uint8Array): void {
    const [keys, values] = this.#sides;
    keys.load(from.subarray(0, keys.bytes));
    values.load(from.subarray(keys.bytes));
  }
}
