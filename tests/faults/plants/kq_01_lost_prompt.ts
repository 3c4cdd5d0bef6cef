/** The quantized cache of a batch tells the mask an offset of 0 after the prompt: only what was generated is seen. */
import type { KvLive, KvShape, KvView, SeqId } from "../../../engine/mod.ts";
import { type Params, QuantizedKv } from "./quantized_kv.ts";

class LostPrompt extends QuantizedKv {
  readonly #prompted = new Map<SeqId, number>();

  override start(
    prompt: readonly number[],
    tenant: string,
  ): { readonly seq: SeqId; readonly matched: number } {
    const started = super.start(prompt, tenant);
    this.#prompted.set(started.seq, prompt.length);
    return started;
  }

  override view(seq: SeqId): KvView {
    const view = super.view(seq);
    const skipped = this.#prompted.get(seq)!;
    if (this.#prompted.size < 2 || view.length < skipped) return view;
    const { headDim } = this.shape;
    return {
      ...view,
      length: view.length - skipped,
      copy: (layer, kind, from, to, into, offset, stride) =>
        view.copy(layer, kind, from + skipped, to + skipped, into, offset - skipped * headDim, stride),
    };
  }

  override release(seq: SeqId): void {
    super.release(seq);
    this.#prompted.delete(seq);
  }
}

/** Opens the cache. */
export function open(params: Params, { shape }: { readonly shape: KvShape }): KvLive {
  return params.faulty ? new LostPrompt(params, shape) : new QuantizedKv(params, shape);
}
