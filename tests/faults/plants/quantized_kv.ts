/** K and V held in 8 bits with a scale for each row and head (KIVI's per-token form; Liu et al., 2024), over any cache. */
import type { KvLive, KvRows, KvShape, KvView, SeqId } from "../../../engine/mod.ts";
import { open as openDense } from "../../../engine/cache.ts";
import { open as openPrefix } from "../../../techniques/caches/prefix_cache.ts";

/** How the numbers of one row and head are held: a scale, then a code each. */
export interface Codec {
  pack(values: Float32Array, packed: Float32Array): void;
  unpack(code: number, scale: number): number;
}

/** Integers up to 127 times the scale. */
export const int8: Codec = {
  pack(values, packed) {
    const scale = values.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9) / 127;
    packed[0] = scale;
    values.forEach((value, i) => (packed[i + 1] = Math.round(value / scale)));
  },
  unpack: (code, scale) => code * scale,
};

const INNER = { dense: openDense, prefix_cache: openPrefix } as const;

export interface Params {
  /** The cache beneath. */
  readonly inner: keyof typeof INNER;
  readonly tokens: number;
  readonly faulty: boolean;
}

export class QuantizedKv implements KvLive {
  readonly inner: KvLive;
  #quantized = 0;

  constructor(params: Params, protected readonly shape: KvShape, private readonly codec: Codec = int8) {
    this.inner = INNER[params.inner](params, { shape: { ...shape, headDim: shape.headDim + 1 } });
  }

  start(prompt: readonly number[], tenant: string): { readonly seq: SeqId; readonly matched: number } {
    return this.inner.start(prompt, tenant);
  }

  commit(seq: SeqId, kv: KvRows, rows: readonly number[], tokens: readonly number[]): void {
    const { headDim } = this.shape;
    const packed = new Float32Array(kv.length / headDim * (headDim + 1));
    for (let head = 0; head < kv.length / headDim; head++) {
      const to = head * (headDim + 1);
      this.codec.pack(
        kv.subarray(head * headDim, (head + 1) * headDim),
        packed.subarray(to, to + headDim + 1),
      );
    }
    this.#quantized += rows.length;
    this.inner.commit(seq, packed, rows, tokens);
  }

  view(seq: SeqId): KvView {
    const view = this.inner.view(seq);
    return {
      ...view,
      copy: (layer, kind, from, to, into, offset, headStride) => {
        const { kvHeads, headDim } = this.shape;
        const width = headDim + 1;
        const packed = new Float32Array(kvHeads * to * width);
        view.copy(this.slotOf(layer), kind, 0, to, packed, 0, to * width);
        for (let head = 0; head < kvHeads; head++) {
          for (let row = from; row < to; row++) {
            const at = (head * to + row) * width;
            const scale = packed[(head * to + this.scaleRow(seq, row)) * width]!;
            for (let d = 0; d < headDim; d++) {
              into[offset + head * headStride + row * headDim + d] = this.codec.unpack(
                packed[at + 1 + d]!,
                scale,
              );
            }
          }
        }
      },
    };
  }

  /** The row whose scale a row is read with. */
  protected scaleRow(_seq: SeqId, row: number): number {
    return row;
  }

  /** Where a layer's rows are. */
  protected slotOf(layer: number): number {
    return layer;
  }

  reserve(seq: SeqId, rows: number): boolean {
    return this.inner.reserve(seq, rows);
  }

  truncate(seq: SeqId, length: number): void {
    this.inner.truncate(seq, length);
  }

  fork(seq: SeqId): SeqId {
    return this.inner.fork(seq);
  }

  release(seq: SeqId): void {
    this.inner.release(seq);
  }

  check(): void {
    this.inner.check();
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.inner.counters, quantizedRows: this.#quantized };
  }
}
