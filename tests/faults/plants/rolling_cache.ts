/**
 * A rolling cache (Mistral 7B; Jiang et al., 2023): rows that have left the attention window are dropped. Faults:
 * "values": in a later chunk of a prompt the survivors' keys move up and their values do not (PC-07); "trim": rows of
 * rejected guesses stay, as rows that were overwritten cannot be brought back (SP-01).
 */
import type { KvRows, KvShape, SeqId } from "../../../engine/mod.ts";
import { FlatCache, type KvRow } from "./flat_cache.ts";

interface Params {
  /** Keys that a row sees, itself included. */
  readonly window: number;
  readonly fault: "none" | "values" | "trim";
}

/** Opens the cache. */
export function open(params: Params, live: { readonly shape: KvShape }): RollingCache {
  return new RollingCache(live.shape, params);
}

class RollingCache extends FlatCache {
  /** Rows that the step writes, those of guesses included. */
  readonly #written = new Map<SeqId, number>();

  constructor(shape: KvShape, private readonly params: Params) {
    super(shape);
  }

  override reserve(seq: SeqId, rows: number): boolean {
    this.#written.set(seq, Math.max(rows, this.#written.get(seq) ?? 0));
    return true;
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    const written = this.#written.get(seq)!;
    this.#written.delete(seq);
    const { fault, window } = this.params;
    const all = fault === "trim" ? Array.from({ length: written }, (_, i) => rows[0]! + i) : rows;
    const later = rows.length > 1 && this.rowsOf(seq).length > 0;
    super.commit(seq, kv, all, tokens);
    const held = this.rowsOf(seq);
    const gone = Math.max(0, held.length - (window - 1));
    this.count.rowsEvicted = (this.count.rowsEvicted ?? 0) + gone;
    const values = held.slice();
    held.splice(0, gone);
    if (fault === "values" && later && gone > 0) {
      held.forEach((row, i) => (held[i] = this.#mixed(row, values[i]!)));
    }
  }

  #mixed(keys: KvRow, values: KvRow): KvRow {
    const { layers, kvHeads, headDim } = this.shape;
    const size = kvHeads * headDim;
    const mixed = keys.slice();
    for (let layer = 0; layer < layers; layer++) {
      const at = (layer * 2 + 1) * size;
      mixed.set(values.subarray(at, at + size), at);
    }
    return mixed;
  }
}
