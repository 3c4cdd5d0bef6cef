/**
 * A toy network that reads the past as the engine does, from arrays that keep rows from step to step, and refuses a past
 * whose settled rows changed while its epoch did not.
 */
import type { Batch, Forward, KvView, SeqId } from "../../../engine/mod.ts";
import { Staging } from "../../../engine/engines/staging.ts";
import { ToyNetwork, type ToyOptions } from "../../../engine/engines/toy.ts";

export class StagedNetwork extends ToyNetwork {
  readonly #staging = new Staging(this.shape);
  readonly #settled = new Map<SeqId, { readonly epoch: number; readonly rows: Float32Array }>();
  /** Every batch that it ran. */
  readonly batches: Batch[] = [];

  constructor(options: ToyOptions = {}, private readonly longest = 512) {
    super(options);
  }

  override forward(batch: Batch): Promise<Forward> {
    this.batches.push(batch);
    if (batch.positions.some((position) => position >= this.longest)) {
      throw new RangeError("beyond the context");
    }
    for (const view of batch.past) this.#check(view);
    const { order, arrays, capacity } = this.#staging.stage(batch.past);
    const past = batch.past.map((view, index): KvView => ({
      ...view,
      copy(layer, kind, from, to, into, offset) {
        const start = order.indexOf(index) * capacity * 2;
        into.set(arrays[layer * 2 + kind]!.subarray(start + from * 2, start + to * 2), offset);
      },
    }));
    return super.forward({ ...batch, past });
  }

  #check({ id, epoch, length, settled = length, copy }: KvView): void {
    const rows = new Float32Array(settled * 2);
    copy(0, 0, 0, settled, rows, 0, rows.length);
    const before = this.#settled.get(id);
    if (before?.epoch === epoch && !before.rows.every((value, i) => value === rows[i])) {
      throw new Error("Settled rows changed");
    }
    this.#settled.set(id, { epoch, rows });
  }
}

/** Makes about one guess in `every` another than the target's. */
export function missing(every: number): ToyOptions {
  return {
    distort(logits, row, { tokens, positions }) {
      if ((tokens[row]! * 31 + positions[row]! * 17) % every === 0) logits[3 + positions[row]! % 40]! += 5;
    },
  };
}
