/**
 * The past of a batch as the graph reads it: per layer one contiguous [slots, kvHeads, capacity, headDim]. Pages stay
 * the truth; a sequence keeps its slot from step to step, so that only rows it gained, or that were rounded since, are copied.
 */
import type { KvShape, KvView, SeqId } from "../cache.ts";

interface Slot {
  readonly id: SeqId;
  readonly epoch: number;
  readonly rows: number;
}

export interface Staged {
  /** Padded length of the past. */
  readonly capacity: number;
  /** For each slot, the index of its view. */
  readonly order: readonly number[];
  /** [layer * 2 + kind]: [slots, kvHeads, capacity, headDim] */
  readonly arrays: readonly Float32Array[];
}

export class Staging {
  #capacity = 0;
  #room = 0;
  #slots: (Slot | undefined)[] = [];
  #arrays: Float32Array[] = [];

  constructor(private readonly shape: KvShape) {}

  /** Brings the views' rows into slots 0..n-1, in an order of its choosing. */
  stage(views: readonly KvView[]): Staged {
    const n = views.length;
    this.#resize(n, Math.max(...views.map((view) => view.length)));
    const order = new Array<number>(n).fill(-1);
    const homeless: number[] = [];
    views.forEach((view, index) => {
      const slot = this.#slots.findIndex((held) => held?.id === view.id);
      if (slot >= 0 && slot < n) order[slot] = index;
      else homeless.push(index);
    });
    for (let slot = 0; slot < n; slot++) {
      if (order[slot]! >= 0) continue;
      const index = homeless.shift()!;
      order[slot] = index;
      const from = this.#slots.findIndex((held) => held?.id === views[index]!.id);
      if (from >= 0) this.#move(from, slot);
      else this.#slots[slot] = undefined;
    }
    order.forEach((index, slot) => this.#fill(slot, views[index]!));
    const size = n * this.shape.kvHeads * this.#capacity * this.shape.headDim;
    return { capacity: this.#capacity, order, arrays: this.#arrays.map((array) => array.subarray(0, size)) };
  }

  #fill(slot: number, view: KvView): void {
    const { layers, kvHeads, headDim } = this.shape;
    const held = this.#slots[slot];
    const from = held?.id === view.id && held.epoch === view.epoch ? Math.min(held.rows, view.length) : 0;
    const stride = this.#capacity * headDim;
    for (let layer = 0; layer < layers; layer++) {
      for (const kind of [0, 1] as const) {
        view.copy(
          layer,
          kind,
          from,
          view.length,
          this.#arrays[layer * 2 + kind]!,
          slot * kvHeads * stride,
          stride,
        );
      }
    }
    this.#slots[slot] = { id: view.id, epoch: view.epoch, rows: view.settled ?? view.length };
  }

  #move(from: number, to: number): void {
    const size = this.shape.kvHeads * this.#capacity * this.shape.headDim;
    for (const array of this.#arrays) array.copyWithin(to * size, from * size, (from + 1) * size);
    this.#slots[to] = this.#slots[from];
    this.#slots[from] = undefined;
  }

  #resize(slots: number, length: number): void {
    const capacity = bucket(length);
    const wide = this.#capacity > 2 * capacity;
    if (capacity <= this.#capacity && !wide && slots <= this.#room) return;
    const { layers, kvHeads, headDim } = this.shape;
    const [oldCapacity, old] = [this.#capacity, this.#arrays];
    this.#capacity = wide ? capacity : Math.max(capacity, oldCapacity);
    this.#room = Math.max(slots, wide ? 0 : this.#room);
    this.#slots.length = Math.min(this.#slots.length, this.#room);
    this.#slots = this.#slots.map((held) => (held && held.rows <= this.#capacity ? held : undefined));
    const [line, oldLine] = [this.#capacity * headDim, oldCapacity * headDim];
    const size = this.#room * kvHeads * line;
    const had = old[0]?.length ?? -1;
    if (wide || size > had) {
      const spare = wide ? size : Math.max(size, Math.ceil(had * GROWTH));
      this.#arrays = Array.from({ length: layers * 2 }, () => new Float32Array(spare));
    }
    // Lines move towards the end, the last one first, so that in one array none is written over before it moved.
    for (let slot = this.#slots.length - 1; slot >= 0; slot--) {
      const held = this.#slots[slot];
      if (!held) continue;
      for (let at = (slot + 1) * kvHeads - 1; at >= slot * kvHeads; at--) {
        const [from, to] = [at * oldLine, at * oldLine + held.rows * headDim];
        this.#arrays.forEach((array, i) => {
          if (array === old[i]) array.copyWithin(at * line, from, to);
          else array.set(old[i]!.subarray(from, to), at * line);
        });
      }
    }
  }
}

/** Arrays that are too small become this much larger at least, as taking memory costs more than moving what is in it. */
const GROWTH = 1.5;

/** Capacities grow by an eighth, at least 64 rows, so that few rows are padding and few steps copy. */
function bucket(length: number): number {
  const step = Math.max(64, 2 ** Math.floor(Math.log2(Math.max(1, length)) - 2));
  return Math.ceil(length / step) * step;
}
