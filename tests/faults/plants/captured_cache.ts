/**
 * A cache written by captured graphs, whose batch has a size of a power of two: what decoding steps lack is padding,
 * which writes to a slot that nobody reads. The fault (BA-04): the list of slots is not cleared, so padding writes
 * where an earlier step wrote.
 */
import type { KvRows, KvShape, KvView, SeqId } from "../../../engine/mod.ts";
import { FlatCache, type KvRow } from "./flat_cache.ts";

interface Written {
  readonly seq: SeqId;
  readonly at: number;
  readonly row: KvRow;
}

/** Opens the cache. */
export function open(
  { stale }: { readonly stale: boolean },
  live: { readonly shape: KvShape },
): CapturedCache {
  return new CapturedCache(live.shape, stale);
}

class CapturedCache extends FlatCache {
  /** Where each row of the batch was last written; no step clears it. */
  readonly #slots: Written[] = [];
  #step: Written[] = [];
  #decoding = true;

  constructor(shape: KvShape, private readonly stale: boolean) {
    super(shape);
  }

  override view(seq: SeqId): KvView {
    if (this.#step.length > 0) this.#replay();
    return super.view(seq);
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    const at = this.rowsOf(seq).length;
    super.commit(seq, kv, rows, tokens);
    this.#step.push({ seq, at, row: this.copyOf(kv, rows[0]!) });
    this.#decoding &&= rows.length === 1;
  }

  /** What the graph of the last step wrote beside its own rows. */
  #replay(): void {
    const [step, decoding] = [this.#step, this.#decoding];
    [this.#step, this.#decoding] = [[], true];
    if (!decoding) return;
    const size = 2 ** Math.ceil(Math.log2(step.length));
    this.count.rowsPadded = (this.count.rowsPadded ?? 0) + size - step.length;
    for (const slot of this.stale ? this.#slots.slice(step.length, size) : []) {
      const held = this.held.get(slot.seq);
      if (held !== undefined && slot.at < held.length) held[slot.at] = step[0]!.row;
    }
    step.forEach((written, i) => (this.#slots[i] = written));
  }
}
