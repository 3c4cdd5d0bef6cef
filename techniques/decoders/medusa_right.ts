/** How often the guesses of Medusa heads are right on answers held out, by head and rank, and as trees. */
import { floats, LoadedGraph, type TokenRows } from "../../engine/mod.ts";
import { exampleOf } from "./feature_examples.ts";
import type { FeatureSet } from "./feature_set.ts";
import { type Accepted, meanOf, SIZES } from "./held_out.ts";
import { rankGraph } from "./medusa_graph.ts";
import type { Rows } from "./medusa_step.ts";
import { GuessTree } from "./eagle_tree.ts";
import { growHeads } from "./medusa_tree.ts";
import type { Parts } from "./trained.ts";

export interface Right {
  /** By head, the share of steps in which the guess at each rank is what comes. */
  readonly ranks: readonly (readonly number[])[];
  readonly accepted: Accepted;
}

/** Guesses of each head that are ranked, at most. */
export const RANKS = 8;

/** Asks heads at each token of answers held out that is followed by one for each of them. */
export async function rightOf(
  set: FeatureSet,
  embedding: TokenRows,
  rows: Rows,
  tokens: readonly number[],
  heads: readonly Parts[],
): Promise<Right> {
  const most = Math.min(RANKS, tokens.length);
  await using graph = await LoadedGraph.open(rankGraph(rows, heads, most));
  const ranks = heads.map(() => new Array<number>(most).fill(0));
  const accepted = new Map<number, number>(SIZES.map((size) => [size, 0]));
  let judged = 0;
  for (const lesson of set.heldOut) {
    const { x, next } = exampleOf(lesson, await set.read(lesson), embedding);
    const found = await graph.run({ x: floats([x.rows, x.columns], x.values) });
    const guesses = Array.from(found.places!.values as BigInt64Array, (place) => tokens[Number(place)]!);
    for (let row = 0; row + heads.length < x.rows; row++) {
      judged++;
      const coming = next.subarray(row + 1, row + 1 + heads.length);
      coming.forEach((token, head) => {
        const start = (row * heads.length + head) * most;
        const rank = guesses.slice(start, start + most).indexOf(token);
        if (rank >= 0) ranks[head]![rank]!++;
      });
      const tree = new GuessTree();
      growHeads(tree, found, row, tokens);
      const best = tree.best(SIZES.at(-1)!);
      const right = best.flatMap((place, order) => {
        const path = tree.path(place);
        return path.every((at, depth) => tree.guesses[at]!.token === coming[depth]) ? [order] : [];
      });
      for (const size of SIZES) {
        accepted.set(size, accepted.get(size)! + right.filter((order) => order < size).length);
      }
    }
  }
  return {
    ranks: ranks.map((own) => own.map((count) => count / judged)),
    accepted: meanOf(accepted, judged),
  };
}
