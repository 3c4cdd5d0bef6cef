/** A cache that keeps each row of K and V by itself, so that rows are easily dropped, moved or overwritten. */
import type { KvLive, KvRows, KvShape, KvView, SeqId } from "../../../engine/mod.ts";

/** K and V of one token: [layers, 2, kvHeads, headDim]. */
export type KvRow = Float32Array;

export class FlatCache implements KvLive {
  protected readonly held = new Map<SeqId, KvRow[]>();
  protected readonly count: Record<string, number> = {};
  #next = 1;

  constructor(protected readonly shape: KvShape) {}

  get counters(): Readonly<Record<string, number>> {
    return this.count;
  }

  start(_prompt: readonly number[], _tenant: string): { readonly seq: SeqId; readonly matched: number } {
    const seq = this.#next++;
    this.held.set(seq, []);
    return { seq, matched: 0 };
  }

  reserve(_seq: SeqId, _rows: number): boolean {
    return true;
  }

  commit(seq: SeqId, kv: KvRows, rows: readonly number[], _tokens: readonly number[]): void {
    this.rowsOf(seq).push(...rows.map((row) => this.copyOf(kv, row)));
  }

  truncate(seq: SeqId, length: number): void {
    this.rowsOf(seq).length = length;
  }

  fork(seq: SeqId): SeqId {
    const copy = this.#next++;
    this.held.set(copy, [...this.rowsOf(seq)]);
    return copy;
  }

  release(seq: SeqId): void {
    this.held.delete(seq);
  }

  view(seq: SeqId): KvView {
    return this.viewOf(seq, this.rowsOf(seq));
  }

  check(): void {
    if (this.held.size > 0) throw new Error("A sequence was not released");
  }

  protected rowsOf(seq: SeqId): KvRow[] {
    return this.held.get(seq)!;
  }

  /** A row of a step. */
  protected copyOf(kv: KvRows, row: number): KvRow {
    const { layers, kvHeads, headDim } = this.shape;
    const size = layers * 2 * kvHeads * headDim;
    return kv.slice(row * size, (row + 1) * size);
  }

  protected viewOf(id: SeqId, rows: readonly KvRow[]): KvView {
    const { kvHeads, headDim } = this.shape;
    return {
      id,
      epoch: 0,
      length: rows.length,
      copy(layer, kind, from, to, into, offset, headStride) {
        for (let at = from; at < to; at++) {
          const row = rows[at]!;
          for (let head = 0; head < kvHeads; head++) {
            const source = ((layer * 2 + kind) * kvHeads + head) * headDim;
            const target = offset + head * headStride + at * headDim;
            for (let d = 0; d < headDim; d++) into[target + d] = row[source + d]!;
          }
        }
      },
    };
  }
}
