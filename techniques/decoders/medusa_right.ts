/** How often the guesses of Medusa heads were right on answers held out, by head and rank and by path. */
import { floats, LoadedGraph, type TokenRows } from "../../engine/mod.ts";
import { exampleOf } from "./feature_examples.ts";
import type { FeatureSet } from "./feature_set.ts";
import { PathCounts } from "./guess_tree.ts";
import { rankGraph, type Rows } from "./medusa_step.ts";
import type { Parts } from "./trained.ts";

export interface Right {
  /** By head, the share of rows in which the guess at each rank was what came. */
  readonly ranks: readonly (readonly number[])[];
  /** Of rows that all heads can be judged by. */
  readonly paths: PathCounts;
  /** The share of tokens that came that may be guessed. */
  readonly coverage: number;
}

/** Guesses of each head that are ranked, at most. */
export const RANKS = 8;

export async function rightOf(
  set: FeatureSet,
  embedding: TokenRows,
  rows: Rows,
  tokens: readonly number[],
  heads: readonly Parts[],
): Promise<Right> {
  const most = Math.min(RANKS, tokens.length);
  await using graph = await LoadedGraph.open(rankGraph(rows, heads, most));
  const places = new Map(tokens.map((token, place) => [token, place]));
  const ranks = heads.map(() => new Array<number>(most).fill(0));
  const paths = new PathCounts();
  let [judged, guessable] = [0, 0];
  for (const lesson of set.heldOut) {
    const { x, next } = exampleOf(lesson, await set.read(lesson), embedding);
    const found = (await graph.run({ x: floats([x.rows, x.columns], x.values) })).places!;
    const guesses = found.values as BigInt64Array;
    for (let row = 0; row + heads.length < x.rows; row++) {
      const path: number[] = [];
      judged++;
      heads.forEach((_, head) => {
        const place = places.get(next[row + head + 1]!);
        if (head === 0 && place !== undefined) guessable++;
        const start = (row * heads.length + head) * most;
        const rank = place === undefined ? -1 : guesses.subarray(start, start + most).indexOf(BigInt(place));
        if (rank >= 0) ranks[head]![rank]!++;
        if (rank >= 0 && path.length === head) path.push(rank);
      });
      paths.add(path);
    }
  }
  return {
    ranks: ranks.map((own) => own.map((count) => count / judged)),
    paths,
    coverage: guessable / judged,
  };
}
