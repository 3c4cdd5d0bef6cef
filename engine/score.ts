/**
 * Teacher-forced scoring. A context and all its continuations are one tree of rows: the context is computed once,
 * each continuation branches from its last row, and a continuation's last token needs no row at all.
 */
import type { KvView } from "./cache.ts";
import type { Scored, ScoreItem } from "./engine.ts";
import type { Batch, Network } from "./network.ts";

/** Rows of one run, padding included: more makes no better use of the processor and needs more memory. */
const MAX_ROWS = 768;
/** Items sorted by length together, so that a run's trees are of like size. */
const WINDOW = 64;

const EMPTY: KvView = { id: 0, epoch: 0, length: 0, copy() {} };

interface Tree {
  readonly item: ScoreItem;
  readonly rows: number;
}

/** Scores items in runs of like length; answers come in another order than the items. */
export async function* score(network: Network, items: Iterable<ScoreItem>): AsyncIterable<Scored> {
  let window: Tree[] = [];
  for (const item of items) {
    window.push({ item, rows: checked(item, network.shape.context) });
    if (window.length < WINDOW) continue;
    yield* scoreWindow(network, window);
    window = [];
  }
  yield* scoreWindow(network, window);
}

async function* scoreWindow(network: Network, window: Tree[]): AsyncIterable<Scored> {
  window.sort((a, b) => b.rows - a.rows);
  for (let from = 0; from < window.length;) {
    const longest = window[from]!.rows;
    const count = Math.max(1, Math.floor(MAX_ROWS / longest));
    yield* scoreRun(network, window.slice(from, from + count).map((tree) => tree.item));
    from += count;
  }
}

async function* scoreRun(network: Network, items: readonly ScoreItem[]): AsyncIterable<Scored> {
  const [tokens, positions, sequence, parent, want]: number[][] = [[], [], [], [], []] as [
    [],
    [],
    [],
    [],
    [],
  ];
  items.forEach((item, index) => {
    const add = (token: number, position: number, follows: number) => {
      tokens!.push(token);
      positions!.push(position);
      sequence!.push(index);
      return parent!.push(follows) - 1;
    };
    let last = -1;
    item.context.forEach((token, i) => (last = add(token, i, last)));
    want!.push(last);
    for (const continuation of item.continuations) {
      let follows = last;
      continuation.slice(0, -1).forEach((token, i) => {
        follows = add(token, item.context.length + i, follows);
        want!.push(follows);
      });
    }
  });
  const ints = (values: number[] | undefined) => Int32Array.from(values!);
  const chain = items.every((item) => item.continuations.length === 1);
  const batch: Batch = {
    tokens: ints(tokens),
    positions: ints(positions),
    sequence: ints(sequence),
    past: items.map((_, id) => ({ ...EMPTY, id })),
    want: ints(want),
    ...(chain ? {} : { parent: ints(parent) }),
  };
  const { logits } = await network.forward(batch);
  const { vocabulary } = network.shape;
  const sums = await network.logSumExp(logits);
  const row = (index: number) => logits.subarray(index * vocabulary, (index + 1) * vocabulary);
  let first = 0;
  for (const item of items) {
    let next = first + 1;
    const scored = item.continuations.map((continuation) => {
      const rows = continuation.map((_, i) => (i === 0 ? first : next++));
      const logProbs = Float32Array.from(continuation, (token, i) => row(rows[i]!)[token]! - sums[rows[i]!]!);
      const tops = Float32Array.from(rows, (index) => largest(row(index)) - sums[index]!);
      return { rows, logProbs, tops };
    });
    first = next;
    yield {
      id: item.id,
      logProbs: scored.map((s) => s.logProbs),
      tops: scored.map((s) => s.tops),
      ...(item.distributions
        ? { distributions: scored.map((s) => normalised(s.rows, row, sums, vocabulary)) }
        : {}),
    };
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

function checked(item: ScoreItem, context: number): number {
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
  return item.continuations.reduce((sum, c) => sum + c.length - 1, item.context.length);
}
