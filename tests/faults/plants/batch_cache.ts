/**
 * One block of memory for the whole batch: request i of the batch has its i-th part. The fault (BA-05): when a request
 * ends, those after it move up in the batch, and their rows do not.
 */
import type { KvRows, KvShape, KvView, SeqId } from "../../../engine/mod.ts";
import { FlatCache, type KvRow } from "./flat_cache.ts";

/** Opens the cache. */
export function open({ moves }: { readonly moves: boolean }, live: { readonly shape: KvShape }): BatchCache {
  return new BatchCache(live.shape, moves);
}

class BatchCache extends FlatCache {
  readonly #order: SeqId[] = [];
  readonly #parts: KvRow[][] = [];

  constructor(shape: KvShape, private readonly moves: boolean) {
    super(shape);
  }

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const started = super.start(prompt, tenant);
    this.#parts[this.#order.push(started.seq) - 1] = [];
    return started;
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[]): void {
    this.#partOf(seq).push(...rows.map((row) => this.copyOf(kv, row)));
  }

  override release(seq: SeqId): void {
    const at = this.#order.indexOf(seq);
    this.#order.splice(at, 1);
    if (this.moves) this.#parts.splice(at, 1);
    super.release(seq);
  }

  override view(seq: SeqId): KvView {
    return this.viewOf(seq, this.#partOf(seq));
  }

  #partOf(seq: SeqId): KvRow[] {
    return this.#parts[this.#order.indexOf(seq)]!;
  }
}
