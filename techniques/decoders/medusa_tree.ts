/**
 * Trees of what Medusa heads guess. A guess of one head may follow any of the one before, and is worth the product of
 * the heads' confidences on its way: where the heads are sure the tree is deep, and elsewhere wide.
 */
import type { GuessTree } from "./eagle_tree.ts";
import type { Tensor } from "../../engine/mod.ts";

/** Guesses of each head that are followed by the next head's. */
const FOLLOWED = 4;

/** Adds to a tree what a row says of what `rankGraph` gave; `tokens` are the model's, by place. */
export function growHeads(
  tree: GuessTree,
  { places, chances }: Readonly<Record<string, Tensor>>,
  row: number,
  tokens: readonly number[],
): void {
  const [, heads, most] = places!.dims as readonly [number, number, number];
  let followed: readonly number[] = [-1];
  for (let head = 0; head < heads; head++) {
    const at = (row * heads + head) * most;
    const own = Array.from({ length: most }, (_, rank) => tokens[Number(places!.values[at + rank]!)]!);
    const sure = Array.from(chances!.values.subarray(at, at + most) as Float32Array);
    followed = tree.best(FOLLOWED, followed.flatMap((place) => tree.grow(place, own, sure)));
  }
}
