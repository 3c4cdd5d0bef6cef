/** EAGLE-2's dynamic tree: which guesses are followed, and which are verified. */
import { assertEquals } from "@std/assert";
import { checkDraft } from "../../../engine/mod.ts";
import { GuessTree } from "../../../techniques/decoders/eagle_tree.ts";
import { random } from "../quantizers/tiny_matrices.ts";

function grown(): GuessTree {
  const tree = new GuessTree();
  tree.grow(-1, [10, 20], [0.6, 0.4]);
  tree.grow(0, [11, 12], [0.5, 0.25]);
  tree.grow(1, [21], [0.9]);
  return tree;
}

Deno.test("a guess is worth the product of the confidences on its way", () => {
  assertEquals(grown().guesses.map(({ chance }) => chance), [0.6, 0.4, 0.3, 0.15, 0.36000000000000004]);
});

Deno.test("the best guesses are told best first, of all or of some", () => {
  assertEquals(grown().best(3), [0, 1, 4]);
  assertEquals(grown().best(2, [2, 3, 4]), [4, 2]);
});

Deno.test("the way of a guess leads from the first one to itself", () => {
  assertEquals(grown().path(3), [0, 3]);
  assertEquals(grown().path(-1), []);
});

Deno.test("a tree is as deep as its longest way", () => {
  assertEquals(grown().depth, 2);
  assertEquals(new GuessTree().depth, 0);
});

Deno.test("a draft has the best guesses, each after the one that it follows", () => {
  assertEquals(grown().draft(4), { tokens: [10, 20, 11, 21], parent: [-1, -1, 0, 1] });
  assertEquals(grown().draft(0), { tokens: [], parent: [] });
});

Deno.test("a draft of any size of any tree is a tree, sure guesses and hopeless ones included", () => {
  const next = random(3);
  for (let round = 0; round < 200; round++) {
    const tree = new GuessTree();
    for (let parent = -1; parent < Math.min(6, tree.guesses.length); parent++) {
      tree.grow(parent, [1, 2, 3], [1, 0, (next() + 1) / 2]);
    }
    for (let size = 0; size <= tree.guesses.length; size++) {
      const draft = tree.draft(size);
      assertEquals(draft.tokens.length, size);
      checkDraft(draft);
      const ways = draft.tokens.map((token, i) => `${draft.parent[i]} ${token}`);
      assertEquals(new Set(ways).size, size);
    }
  }
});
