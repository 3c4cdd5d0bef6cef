/** What each row of a sequence sees, and how it is split into parts. */
import type { Batch, Span } from "../../../engine/mod.ts";
import type { Range } from "./attention.ts";
import type { AttentionOptions, Row } from "./tiny_options.ts";

const same = (lse: number) => lse;

/** The keys that rows see, as indices: the sequence's past, then the row's ancestors and itself, oldest first. */
export class Seen {
  readonly #list: Int32Array;
  #last = -1;
  #length: number;
  readonly #first: number;

  /** `past`: how many rows the sequence's past has. */
  constructor(private readonly batch: Batch, { from, to }: Span, private readonly past: number) {
    this.#first = from;
    this.#list = new Int32Array(past + to - from);
    for (let i = 0; i < past; i++) this.#list[i] = i;
    this.#length = past;
  }

  /** Rows must be asked in order. */
  of(row: number): Int32Array {
    if (this.#parent(row) === this.#last) this.#list[this.#length++] = this.past + row - this.#first;
    else {
      const path: number[] = [];
      for (let at = row; at >= 0; at = this.#parent(at)) path.push(this.past + at - this.#first);
      path.reverse().forEach((key, i) => (this.#list[this.past + i] = key));
      this.#length = this.past + path.length;
    }
    this.#last = row;
    return this.#list.subarray(0, this.#length);
  }

  #parent(row: number): number {
    if (this.batch.parent) return this.batch.parent[row]!;
    return row === this.#first ? -1 : row - 1;
  }
}

/** The parts of a list of keys, those of the past first. `longest`: the longest past of the batch. */
export function partsOf(
  row: Row,
  keys: Int32Array,
  longest: number,
  { window = Infinity, chunk, lse, sees }: AttentionOptions = {},
): readonly Range[] {
  const count = keys.length;
  const oldest = Math.max(0, count - window);
  if (chunk === undefined) return [{ from: oldest, to: count, lse: same }];
  const old = sees ? keys.filter((key) => key < row.past).length : row.past;
  const part = (of: "past" | "new", index: number, from: number, to: number): Range => ({
    from,
    to,
    lse: (value) => lse?.(value, { of, index, keys: Math.max(0, to - from) }, row) ?? value,
  });
  const size = Math.min(chunk, longest);
  const chunks = longest === 0 ? 0 : Math.ceil(longest / size);
  const past = Array.from(
    { length: chunks },
    (_, i) => part("past", i, Math.max(oldest, i * size), Math.min(old, (i + 1) * size)),
  );
  return [...past, part("new", 0, Math.max(oldest, old), count)];
}
