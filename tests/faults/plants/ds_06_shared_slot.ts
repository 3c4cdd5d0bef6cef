/** K/V are kept by the layer's number in the file: after pruning two layers may write to one place. */
import type { KvLive, KvRows, KvShape, SeqId } from "../../../engine/mod.ts";
import { type Params, QuantizedKv } from "./quantized_kv.ts";

/** The numbers that the layers that are left had. */
interface Numbered extends Params {
  readonly layers: readonly number[];
}

class SharedSlot extends QuantizedKv {
  constructor(private readonly params: Numbered, shape: KvShape) {
    super(params, shape);
  }

  protected override slotOf(layer: number): number {
    return Math.min(this.params.layers[layer]!, this.shape.layers - 1);
  }

  override commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    const { layers, kvHeads, headDim } = this.shape;
    const size = 2 * kvHeads * headDim;
    const placed = new Float32Array(kv.length);
    for (let at = 0; at < kv.length / size; at++) {
      const to = at - at % layers + this.slotOf(at % layers);
      placed.set(kv.subarray(at * size, (at + 1) * size), to * size);
    }
    super.commit(seq, placed, rows, tokens);
  }
}

/** Opens the cache. */
export function open(params: Numbered, { shape }: { readonly shape: KvShape }): KvLive {
  return params.faulty ? new SharedSlot(params, shape) : new QuantizedKv(params, shape);
}
