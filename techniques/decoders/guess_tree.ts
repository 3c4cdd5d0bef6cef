/**
 * The static tree of Medusa (Cai et al., 2024, 2.3.3): paths of ranks, head by head, the likeliest first. How likely a
 * path is was counted on answers held out, all its heads together, so that nothing is taken to be independent.
 */

/** A guess that follows ranks: of the first head, then the second, and so on; and how often all were right at once. */
export type TreeNode = { readonly path: readonly number[]; readonly chance: number };

export class PathCounts {
  readonly #counts = new Map<string, number>();
  #rows = 0;

  /** Takes in at which rank each head had what came, up to the first that had not. */
  add(ranks: readonly number[]): void {
    this.#rows++;
    for (let length = 1; length <= ranks.length; length++) {
      const path = ranks.slice(0, length).join();
      this.#counts.set(path, (this.#counts.get(path) ?? 0) + 1);
    }
  }

  /** The `size` likeliest paths, or all that ever came, likeliest first and none before the one that it follows. */
  tree(size: number): readonly TreeNode[] {
    return [...this.#counts]
      .map(([path, count]) => ({ path: path.split(",").map(Number), chance: count / this.#rows }))
      .sort((a, b) =>
        b.chance - a.chance || a.path.length - b.path.length || (`${a.path}` < `${b.path}` ? -1 : 1)
      )
      .slice(0, size);
  }
}

/** For each node the place of the one that it follows, -1 for none. */
export function parentsOf(tree: readonly TreeNode[]): readonly number[] {
  const places = new Map(tree.map(({ path }, i) => [path.join(), i]));
  return tree.map(({ path }) => places.get(path.slice(0, -1).join()) ?? -1);
}
