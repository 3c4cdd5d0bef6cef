/** Rows of EAGLE's layer for one run: those of several sequences, each padded to the longest, over what they look back on. */
import { floats, integers, type KvView, type Tensor, type TokenRows } from "../../engine/mod.ts";
import { type LayerShape, rotaryRows, unitRows } from "./eagle_layer.ts";

/** A feature, and the token after it. */
export interface Row {
  readonly feature: Float32Array;
  readonly token: number;
  readonly position: number;
  /** The guesses that it looks back on, as places in its part's `guessed`. */
  readonly sees: readonly number[];
}

/** What a run computes of one sequence. */
export interface Part {
  /** K and V of what was emitted, which every row sees. */
  readonly past: KvView;
  /** K and V of guesses, each [2 kvHeads, headDim]. */
  readonly guessed: readonly Float32Array[];
  readonly rows: readonly Row[];
  /** Whether each row sees those before it. */
  readonly chain: boolean;
}

/** Large enough that exp() is 0, small enough that sums of it stay finite. */
const HIDDEN = -1e9;

/** The layer's inputs of a run, but for its weights; `s`: rows of each sequence. */
export function feedsOf(
  parts: readonly Part[],
  shape: LayerShape,
  embedding: TokenRows,
): { readonly feeds: Readonly<Record<string, Tensor>>; readonly s: number } {
  const { width, heads, kvHeads, headDim } = shape;
  const b = parts.length;
  const s = Math.max(...parts.map(({ rows }) => rows.length));
  const f = new Float32Array(b * s * width);
  const e = new Float32Array(b * s * width);
  const at = new Int32Array(b * s);
  parts.forEach(({ rows }, i) => {
    rows.forEach(({ feature, position }, row) => {
      f.set(feature, (i * s + row) * width);
      at[i * s + row] = position;
    });
    e.set(embedding.of(rows.map(({ token }) => token)), i * s * width);
  });
  const held = Math.max(...parts.map(({ past, guessed }) => past.length + guessed.length));
  const feeds = {
    f: floats([b * s, width], unitRows(f, width)),
    e: floats([b * s, width], unitRows(e, width)),
    positions: integers([b, s], Array.from(at.keys())),
    ...rotaryRows(at, shape),
    by_head: integers([4], [b, s, heads + 2 * kvHeads, headDim]),
    mask: floats([b, 1, heads / kvHeads * s, held + s], maskOf(parts, s, held, heads / kvHeads)),
    past_k: floats([b, kvHeads, held, headDim], pastOf(parts, 0, held, shape)),
    past_v: floats([b, kvHeads, held, headDim], pastOf(parts, 1, held, shape)),
  };
  return { feeds, s };
}

/** [b, 1, repeat x s, held + s], 0 where a row may look. */
function maskOf(parts: readonly Part[], s: number, held: number, repeat: number): Float32Array {
  const wide = held + s;
  const mask = new Float32Array(parts.length * repeat * s * wide).fill(HIDDEN);
  parts.forEach(({ past, rows, chain }, i) => {
    const base = i * repeat * s * wide;
    for (let row = 0; row < s; row++) {
      const line = mask.subarray(base + row * wide, base + (row + 1) * wide);
      line.fill(0, 0, past.length);
      for (const place of rows[row]?.sees ?? []) line[past.length + place] = 0;
      line.fill(0, held + (chain ? 0 : row), held + row + 1);
    }
    for (let copy = 1; copy < repeat; copy++) mask.copyWithin(base + copy * s * wide, base, base + s * wide);
  });
  return mask;
}

/** K (0) or V (1) of what came before, [b, kvHeads, held, headDim]: of what was emitted, then of guesses. */
function pastOf(
  parts: readonly Part[],
  kind: 0 | 1,
  held: number,
  { kvHeads, headDim }: LayerShape,
): Float32Array {
  const values = new Float32Array(parts.length * kvHeads * held * headDim);
  parts.forEach(({ past, guessed }, i) => {
    const base = i * kvHeads * held * headDim;
    past.copy(0, kind, 0, past.length, values, base, held * headDim);
    guessed.forEach((kv, place) => {
      for (let head = 0; head < kvHeads; head++) {
        const from = (kind * kvHeads + head) * headDim;
        const to = base + (head * held + past.length + place) * headDim;
        values.set(kv.subarray(from, from + headDim), to);
      }
    });
  });
  return values;
}
