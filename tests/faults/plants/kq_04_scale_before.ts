/** Blocks that come back from the prefix cache are read with the scales of the block before them. */
import { type KvLive, type KvShape, PAGE_TOKENS, type SeqId } from "../../../engine/mod.ts";
import { type Params, QuantizedKv } from "./quantized_kv.ts";

class ScaleBefore extends QuantizedKv {
  readonly #matched = new Map<SeqId, number>();

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const started = super.start(prompt, tenant);
    this.#matched.set(started.seq, started.matched);
    return started;
  }

  protected override scaleRow(seq: SeqId, row: number): number {
    return row < this.#matched.get(seq)! && row >= PAGE_TOKENS ? row - PAGE_TOKENS : row;
  }
}

/** Opens the cache. */
export function open(params: Params, { shape }: { readonly shape: KvShape }): KvLive {
  return params.faulty ? new ScaleBefore(params, shape) : new QuantizedKv(params, shape);
}
