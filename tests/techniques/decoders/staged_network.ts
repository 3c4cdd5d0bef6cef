/** A toy network that reads the past as the engine does: from arrays that keep rows from step to step. */
import type { Batch, Forward, KvView } from "../../../engine/mod.ts";
import { Staging } from "../../../engine/engines/staging.ts";
import { ToyNetwork, type ToyOptions } from "../../../engine/engines/toy.ts";

export class StagedNetwork extends ToyNetwork {
  readonly #staging = new Staging(this.shape);
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
}

/** Makes about one guess in `every` another than the target's. */
export function missing(every: number): ToyOptions {
  return {
    distort(logits, row, { tokens, positions }) {
      if ((tokens[row]! * 31 + positions[row]! * 17) % every === 0) logits[3 + positions[row]! % 40]! += 5;
    },
  };
}
