/**
 * Chains of guesses out of a small network, for all sequences of a step at once: each depth is one run with a row for
 * every sequence that still drafts. A guess is the likeliest token, so that answers stay those of plain decoding,
 * drawn ones too.
 */
import {
  type Asking,
  chain,
  type Draft,
  type KvRows,
  type KvShape,
  type KvView,
  type Network,
  topTwo,
} from "../../engine/mod.ts";

/** A past that grows by the rows that a drafter computes. */
export interface Growing {
  /** As it is now. */
  view(): KvView;
  /** Takes one row of what a step gave. */
  grow(kv: KvRows, row: number): void;
}

/** At most `lengths[i]` guesses for each sequence; what it is given to look at is `pasts[i]`. */
export async function guessChains(
  network: Network,
  asking: readonly Asking[],
  lengths: readonly number[],
  pasts: readonly Growing[],
): Promise<readonly Draft[]> {
  const { vocabulary } = network.shape;
  const guesses = asking.map((): number[] => []);
  const deepest = Math.max(0, ...lengths);
  for (let depth = 0; depth < deepest; depth++) {
    const active = asking.flatMap((_, i) => depth < lengths[i]! ? [i] : []);
    const last = active.map((i) => guesses[i]!.at(-1) ?? asking[i]!.sequence.tokens.at(-1)!);
    const { logits, kv } = await network.forward({
      tokens: Int32Array.from(last),
      positions: Int32Array.from(active, (i) => asking[i]!.sequence.tokens.length - 1 + depth),
      sequence: Int32Array.from(active.keys()),
      past: active.map((i) => pasts[i]!.view()),
      want: Int32Array.from(active.keys()),
      logitsOnly: depth + 1 === deepest,
    });
    active.forEach((i, row) => {
      guesses[i]!.push(topTwo(logits.subarray(row * vocabulary, (row + 1) * vocabulary)).top);
      if (depth + 1 < lengths[i]!) pasts[i]!.grow(kv, row);
    });
  }
  return guesses.map(chain);
}

/**
 * A past whose first rows are the target's own, and whose next ones are the drafter's: a drafter made of some of the
 * target's layers. `of[i]` is the target's layer that is the drafter's layer i.
 */
export function grownPast(
  past: KvView,
  { layers, kvHeads, headDim }: KvShape,
  of: readonly number[],
): Growing {
  const rows: Float32Array[] = [];
  const width = layers * 2 * kvHeads * headDim;
  const settled = past.settled ?? past.length;
  return {
    grow: (kv, row) => void rows.push(kv.slice(row * width, (row + 1) * width)),
    view: () => ({
      id: past.id,
      epoch: past.epoch,
      length: past.length + rows.length,
      settled,
      copy(layer, kind, from, to, into, offset, headStride) {
        const own = Math.min(Math.max(from, past.length), to);
        if (from < own) past.copy(of[layer]!, kind, from, own, into, offset, headStride);
        for (let row = own; row < to; row++) {
          const source = rows[row - past.length]!;
          for (let head = 0; head < kvHeads; head++) {
            const start = ((layer * 2 + kind) * kvHeads + head) * headDim;
            const at = offset + head * headStride + (row - from) * headDim;
            into.set(source.subarray(start, start + headDim), at);
          }
        }
      },
    }),
  };
}
