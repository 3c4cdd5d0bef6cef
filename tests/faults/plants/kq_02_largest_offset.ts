/** When the longest row leaves a batch, the next column is taken from the largest offset left, not the written end. */
import type { KvLive, KvShape, SeqId } from "../../../engine/mod.ts";
import { type Params, QuantizedKv } from "./quantized_kv.ts";

class LargestOffset extends QuantizedKv {
  readonly #live = new Set<SeqId>();
  /** Where the longest row that left since the last step ended. */
  #end = 0;

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const started = super.start(prompt, tenant);
    this.#live.add(started.seq);
    return started;
  }

  override release(seq: SeqId): void {
    this.#end = Math.max(this.#end, this.view(seq).length);
    super.release(seq);
    this.#live.delete(seq);
  }

  /** Rows end at one column: all that are left lose as many as it went back. */
  override reserve(seq: SeqId, rows: number): boolean {
    const left = [...this.#live].map((other) => ({ other, held: this.view(other).length }));
    const back = this.#end - Math.max(...left.map(({ held }) => held));
    this.#end = 0;
    if (back > 0) { for (const { other, held } of left) this.truncate(other, Math.max(0, held - back)); }
    return super.reserve(seq, rows);
  }
}

/** Opens the cache. */
export function open(params: Params, { shape }: { readonly shape: KvShape }): KvLive {
  return params.faulty ? new LargestOffset(params, shape) : new QuantizedKv(params, shape);
}
