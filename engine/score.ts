/**
 * Teacher-forced scoring. Items are packed into sequences of like length, and each sequence is a tree of rows: a
 * context is computed once for all its continuations, a beginning that several items share once for all of them, and
 * a continuation's last token needs no row at all.
 */
import type { KvView } from "./cache.ts";
import type { Scored, ScoreItem } from "./engine.ts";
import type { Network } from "./network.ts";

/** Rows of one run, padding included: more makes no better use of the processor and needs more memory. */
const MAX_ROWS = 768;
/** Rows up to which items are packed into one sequence: shorter pads more, longer masks more of what it multiplies. */
const SEQUENCE_ROWS = 192;
/** Items packed together. */
const WINDOW = 64;

const EMPTY: KvView = { id: 0, epoch: 0, length: 0, copy() {} };

/** An item in a sequence: for each continuation, the row that predicts each of its tokens. */
interface Placed {
  readonly item: ScoreItem;
  readonly predicting: readonly (readonly number[])[];
}

/** One sequence of a run. */
class Sequence {
  readonly tokens: number[] = [];
  readonly positions: number[] = [];
  /** The row that each row follows, -1 where none. */
  readonly parent: number[] = [];
  readonly placed: Placed[] = [];
  readonly #rows = new Map<string, number>();

  place(item: ScoreItem): void {
    let last = -1;
    for (const token of item.context) last = this.#row(token, last);
    const predicting = item.continuations.map((continuation) => {
      const rows = [last];
      for (const token of continuation.slice(0, -1)) rows.push(this.#row(token, rows.at(-1)!));
      return rows;
    });
    this.placed.push({ item, predicting });
  }

  #row(token: number, follows: number): number {
    const key = `${follows} ${token}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.tokens.push(token) - 1;
    this.positions.push(follows < 0 ? 0 : this.positions[follows]! + 1);
    this.parent.push(follows);
    this.#rows.set(key, row);
    return row;
  }
}

/** Scores items; answers come in another order than the items. */
export async function* score(network: Network, items: Iterable<ScoreItem>): AsyncIterable<Scored> {
  let window: ScoreItem[] = [];
  for (const item of items) {
    checkItem(item, network.shape.context);
    window.push(item);
    if (window.length < WINDOW) continue;
    yield* scoreWindow(network, window);
    window = [];
  }
  yield* scoreWindow(network, window);
}

async function* scoreWindow(network: Network, window: readonly ScoreItem[]): AsyncIterable<Scored> {
  const sequences = pack(window).sort((a, b) => b.tokens.length - a.tokens.length);
  for (let from = 0; from < sequences.length;) {
    const count = Math.max(1, Math.floor(MAX_ROWS / sequences[from]!.tokens.length));
    yield* scoreRun(network, sequences.slice(from, from + count));
    from += count;
  }
}

/** Each item in the first sequence that has room for it, longest items first. */
function pack(items: readonly ScoreItem[]): Sequence[] {
  const sequences: Sequence[] = [];
  for (
    const { item, rows } of items.map((item) => ({ item, rows: rowsOf(item) })).sort((a, b) =>
      b.rows - a.rows
    )
  ) {
    const roomy = sequences.find(({ tokens }) => tokens.length + rows <= SEQUENCE_ROWS);
    const sequence = roomy ?? new Sequence();
    sequence.place(item);
    if (!roomy) sequences.push(sequence);
  }
  return sequences;
}

async function* scoreRun(network: Network, sequences: readonly Sequence[]): AsyncIterable<Scored> {
  const starts: number[] = [];
  let rows = 0;
  for (const { tokens } of sequences) {
    starts.push(rows);
    rows += tokens.length;
  }
  const wanted = new Set(
    sequences.flatMap(({ placed }, s) =>
      placed.flatMap(({ predicting }) => predicting.flat().map((row) => starts[s]! + row))
    ),
  );
  const want = Int32Array.from(wanted).sort();
  const { logits } = await network.forward({
    tokens: Int32Array.from(sequences.flatMap(({ tokens }) => tokens)),
    positions: Int32Array.from(sequences.flatMap(({ positions }) => positions)),
    sequence: Int32Array.from(sequences.flatMap(({ tokens }, s) => tokens.map(() => s))),
    parent: Int32Array.from(
      sequences.flatMap(({ parent }, s) => parent.map((row) => (row < 0 ? -1 : starts[s]! + row))),
    ),
    past: sequences.map((_, id) => ({ ...EMPTY, id })),
    want,
    logitsOnly: true,
  });
  const { vocabulary } = network.shape;
  const sums = await network.logSumExp(logits);
  const row = (index: number) => logits.subarray(index * vocabulary, (index + 1) * vocabulary);
  const at = new Map(Array.from(want, (row, index) => [row, index]));
  for (const [s, { placed }] of sequences.entries()) {
    for (const { item, predicting } of placed) {
      const indices = predicting.map((rows) => rows.map((row) => at.get(starts[s]! + row)!));
      yield {
        id: item.id,
        logProbs: item.continuations.map((continuation, c) =>
          Float32Array.from(continuation, (token, i) => row(indices[c]![i]!)[token]! - sums[indices[c]![i]!]!)
        ),
        tops: indices.map((list) => Float32Array.from(list, (index) => largest(row(index)) - sums[index]!)),
        ...(item.distributions
          ? { distributions: indices.map((list) => normalised(list, row, sums, vocabulary)) }
          : {}),
      };
    }
  }
}

function largest(row: Float32Array): number {
  let top = row[0]!;
  for (let i = 1; i < row.length; i++) if (row[i]! > top) top = row[i]!;
  return top;
}

function normalised(
  rows: readonly number[],
  row: (index: number) => Float32Array,
  sums: Float32Array,
  vocabulary: number,
): Float32Array {
  const result = new Float32Array(rows.length * vocabulary);
  rows.forEach((index, i) => {
    const [source, sum] = [row(index), sums[index]!];
    for (let v = 0; v < vocabulary; v++) result[i * vocabulary + v] = source[v]! - sum;
  });
  return result;
}

/** Rows that an item takes where it shares none with others. */
function rowsOf({ context, continuations }: ScoreItem): number {
  return continuations.reduce((sum, c) => sum + c.length - 1, context.length);
}

/** @throws {RangeError} when an item lacks tokens or does not fit the context. */
export function checkItem(item: ScoreItem, context: number): void {
  const longest = Math.max(0, ...item.continuations.map((c) => c.length));
  if (item.context.length === 0 || item.continuations.some((c) => c.length === 0)) {
    throw new RangeError(
      `Cannot score item ${item.id} as its context and every continuation must have tokens`,
    );
  }
  if (item.context.length + longest - 1 > context) {
    throw new RangeError(
      `Cannot score item ${item.id} as it must fit ${context} tokens: found ${item.context.length + longest}`,
    );
  }
}
