import { assertEquals } from "@std/assert";
import { parentsOf, PathCounts } from "../../../techniques/decoders/guess_tree.ts";

function counted(...rows: readonly (readonly number[])[]): PathCounts {
  const counts = new PathCounts();
  for (const row of rows) counts.add(row);
  return counts;
}

Deno.test("the tree has the likeliest paths first, each with how often it was right among all rows", () => {
  const counts = counted([0, 0], [0, 1], [0, 1], [1], []);
  assertEquals(counts.tree(9), [
    { path: [0], chance: 0.6 },
    { path: [0, 1], chance: 0.4 },
    { path: [1], chance: 0.2 },
    { path: [0, 0], chance: 0.2 },
  ]);
});

Deno.test("no guess stands before the one that it follows, wherever the tree is cut", () => {
  const counts = counted([2, 1, 0], [2, 1, 0], [0, 3, 3], [0]);
  for (let size = 0; size <= 7; size++) {
    const tree = counts.tree(size);
    assertEquals(tree.length, Math.min(size, 6));
    assertEquals(
      parentsOf(tree).map((parent) => tree[parent]?.path ?? []),
      tree.map(({ path }) => path.slice(0, -1)),
    );
    parentsOf(tree).forEach((parent, i) => assertEquals(parent < i, true));
  }
});

Deno.test("where nothing was ever right there is no tree", () => {
  assertEquals(counted([], []).tree(4), []);
});
