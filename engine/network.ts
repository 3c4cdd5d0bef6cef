/**
 * The network: one pure function from rows to logits. A row is a token at a position in one sequence; every serving
 * idea (chunked prefill, continuous batching, draft trees, prefix reuse, scoring) is a call of this function.
 */
import type { KvRows, KvShape, KvView } from "./cache.ts";

export interface NetworkShape extends KvShape {
  readonly vocabulary: number;
  /** Of a row's features. */
  readonly width: number;
  /** Longest position the network can represent. */
  readonly context: number;
}

/** New rows of several sequences; the rows of one sequence stand together, in `past` order. */
export interface Batch {
  /** [rows] */
  readonly tokens: Int32Array;
  /** [rows] position of each token in its sequence */
  readonly positions: Int32Array;
  /** [rows] index into `past` */
  readonly sequence: Int32Array;
  /** [rows] the row that each row follows, -1 for the past; absent: each row follows the one before it. */
  readonly parent?: Int32Array;
  /** [sequences] */
  readonly past: readonly KvView[];
  /** [sequences] the adapter of each; absent: none has one. */
  readonly adapters?: readonly (string | undefined)[];
  /** Rows whose logits are wanted, ascending. */
  readonly want: Int32Array;
  /** No K/V is wanted of any row. */
  readonly logitsOnly?: boolean;
  /** The features of every row are wanted. */
  readonly features?: boolean;
}

export interface Forward {
  /** [want x vocabulary] */
  readonly logits: Float32Array;
  /** In the batch's row order; empty where only logits were wanted. */
  readonly kv: KvRows;
  /** [rows x width] what the head reads of each row, where it was asked for. */
  readonly features?: Float32Array;
}

export interface Network extends AsyncDisposable {
  readonly shape: NetworkShape;
  /** The adapters that it holds; absent: none. */
  readonly adapters?: readonly string[];
  /** Bytes that its weights take as they are held; absent where it has none. */
  readonly weightBytes?: number;
  forward(batch: Batch): Promise<Forward>;
  /** log(sum(exp(row))) of each row of logits [rows x vocabulary]. */
  logSumExp(logits: Float32Array): Promise<Float32Array>;
}

/** The chosen rows of an array [rows x width]. */
export function rowsOf(all: Float32Array, chosen: readonly number[], width: number): Float32Array {
  const rows = new Float32Array(chosen.length * width);
  chosen.forEach((row, i) => rows.set(all.subarray(row * width, (row + 1) * width), i * width));
  return rows;
}

/** The rows [from, to) of one sequence in a batch. */
export interface Span {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
}

/** The span of each sequence, in `past` order. */
export function spans(batch: Batch): Span[] {
  const result: Span[] = [];
  for (let row = 0; row < batch.sequence.length; row++) {
    const sequence = batch.sequence[row]!;
    const last = result.at(-1);
    if (last?.sequence === sequence) result[result.length - 1] = { ...last, to: row + 1 };
    else result.push({ sequence, from: row, to: row + 1 });
  }
  return result;
}

/**
 * Groups spans so that padding each group to its longest member wastes at most a quarter of its rows: one run of the
 * graph a group. Decoding rows and a long prefill chunk therefore run apart, rather than as a padded rectangle.
 */
export function groupSpans(all: readonly Span[]): Span[][] {
  const sorted = [...all].sort((a, b) => b.to - b.from - (a.to - a.from) || a.sequence - b.sequence);
  const groups: { spans: Span[]; longest: number; rows: number }[] = [];
  for (const span of sorted) {
    const rows = span.to - span.from;
    const group = groups.at(-1);
    const padded = group ? group.longest * (group.spans.length + 1) : 0;
    if (group && (padded - group.rows - rows <= padded / 4 || padded <= 16)) {
      group.spans.push(span);
      group.rows += rows;
    } else groups.push({ spans: [span], longest: rows, rows });
  }
  return groups.map((group) => group.spans.sort((a, b) => a.sequence - b.sequence));
}

/** Large enough that exp() is 0, small enough that sums of it stay finite. */
const HIDDEN = -1e9;

/**
 * The additive mask of one group: [b, 1, repeat x s, padded + s], 0 where a row may look. A row sees its sequence's
 * past (padded to `padded` rows) and, among the new rows, itself and its ancestors. Rows are repeated for the
 * `repeat` query heads that are multiplied together.
 */
export function maskOf(
  batch: Pick<Batch, "past" | "parent">,
  group: readonly Span[],
  s: number,
  padded: number,
  repeat: number,
): Float32Array {
  const width = padded + s;
  const mask = new Float32Array(group.length * repeat * s * width);
  group.forEach((span, b) => {
    const length = batch.past[span.sequence]!.length;
    const rows = span.to - span.from;
    const base = b * repeat * s * width;
    for (let i = 0; i < s; i++) {
      const line = mask.subarray(base + i * width, base + (i + 1) * width);
      if (length < padded) line.fill(HIDDEN, length, padded);
      if (batch.parent === undefined) line.fill(HIDDEN, padded + i + 1);
      else {
        line.fill(HIDDEN, padded);
        line[padded + i] = 0;
        for (let row = i < rows ? batch.parent[span.from + i]! : -1; row >= 0; row = batch.parent[row]!) {
          line[padded + row - span.from] = 0;
        }
      }
    }
    for (let copy = 1; copy < repeat; copy++) {
      mask.copyWithin(base + copy * s * width, base, base + s * width);
    }
  });
  return mask;
}
