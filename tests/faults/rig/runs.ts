/** Ways of running a tiny network over one text, for its tests. */
import { assert, assertEquals } from "@std/assert";
import { type Batch, type KvView, PagedCache } from "../../../engine/mod.ts";
import { TinyNetwork } from "./tiny_network.ts";
import type { TinyOptions } from "./tiny_options.ts";
import { randomOf } from "./tiny_weights.ts";

/** No past. */
export const EMPTY: KvView = { id: 0, epoch: 0, length: 0, copy() {} };

/** Ids that text is made of. */
export function tokensOf(length: number, seed: number): number[] {
  const random = randomOf(seed);
  return Array.from({ length }, () => 2 + Math.floor(random.uniform() * 61));
}

/** Logits of all rows of one chain in one go. */
export function whole(
  tokens: readonly number[],
  options: TinyOptions = {},
  over: Partial<Batch> = {},
): Float32Array {
  const rows = Int32Array.from(tokens, (_, i) => i);
  return new TinyNetwork(options).run({
    tokens: Int32Array.from(tokens),
    positions: rows,
    sequence: new Int32Array(rows.length),
    past: [EMPTY],
    want: rows,
    logitsOnly: true,
    ...over,
  }).logits;
}

/** The same through a cache, so many rows at a time. */
export function pieces(tokens: readonly number[], size: number, options: TinyOptions = {}): Float32Array {
  const network = new TinyNetwork(options);
  const cache = new PagedCache(network.shape, 512);
  const { seq } = cache.start(tokens, "");
  const logits: number[] = [];
  for (let from = 0; from < tokens.length; from += size) {
    const piece = tokens.slice(from, from + size);
    const rows = piece.map((_, i) => i);
    cache.reserve(seq, rows.length);
    const out = network.run({
      tokens: Int32Array.from(piece),
      positions: Int32Array.from(rows, (i) => from + i),
      sequence: new Int32Array(rows.length),
      past: [cache.view(seq)],
      want: Int32Array.from(rows),
    });
    cache.commit(seq, out.kv, rows, piece);
    logits.push(...out.logits);
  }
  return Float32Array.from(logits);
}

/** Fails where two values differ by more than the tolerance. */
export function assertNear(found: Float32Array, wanted: ArrayLike<number>, tolerance: number): void {
  assertEquals(found.length, wanted.length);
  const worst = found.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
  assert(worst <= tolerance, `logits must agree within ${tolerance}: found ${worst}`);
}
