import { assertAlmostEquals, assertEquals } from "@std/assert";
import { floats, integers } from "../../../engine/mod.ts";
import { GuessTree } from "../../../techniques/decoders/eagle_tree.ts";
import { growHeads } from "../../../techniques/decoders/medusa_tree.ts";

/** Two rows of two heads that rank two places each. */
const ranked = {
  places: integers([2, 2, 2], [0, 1, 2, 0, 2, 1, 1, 2]),
  chances: floats([2, 2, 2], Float32Array.of(0.75, 0.25, 0.5, 0.125, 0.5, 0.25, 0.25, 0.125)),
};
const tokens = [70, 71, 72];

function treeOf(found: typeof ranked, row: number, of = tokens): GuessTree {
  const tree = new GuessTree();
  growHeads(tree, found, row, of);
  return tree;
}

Deno.test("each guess of a head is followed by the next head's, and worth the product of their confidences", () => {
  const tree = treeOf(ranked, 0);
  const paths = tree.best(9).map((place) => tree.path(place).map((at) => tree.guesses[at]!.token));
  assertEquals(paths, [[70], [70, 72], [71], [71, 72], [70, 70], [71, 70]]);
  assertEquals(tree.best(9).map((place) => tree.guesses[place]!.chance), [
    0.75,
    0.375,
    0.25,
    0.125,
    0.09375,
    0.03125,
  ]);
});

Deno.test("each row has a tree of its own", () => {
  const tree = treeOf(ranked, 1);
  assertEquals(tree.draft(3), { tokens: [72, 71, 71], parent: [-1, -1, 0] });
  assertAlmostEquals(tree.guesses.reduce((sum, { chance }) => sum + chance, 0), 0.75 + 0.75 * 0.375);
});

Deno.test("guesses that are in the tree already are followed like the head's own, at the higher chance", () => {
  const tree = new GuessTree();
  tree.grow(tree.grow(-1, [71], [0.9])[0]!, [60], [0.8]);
  growHeads(tree, ranked, 0, tokens);
  const first = tree.guesses.filter(({ parent }) => parent < 0);
  assertEquals(first, [{ token: 71, parent: -1, chance: 0.9 }, { token: 70, parent: -1, chance: 0.75 }]);
  assertEquals(tree.guesses.filter(({ parent }) => parent === 0).map(({ token }) => token), [60, 72, 70]);
});

Deno.test("only the likeliest guesses of a head are followed", () => {
  const most = 6;
  const chances = Float32Array.from({ length: 2 * most }, (_, i) => 0.3 / (1 + i % most));
  const places = Array.from({ length: 2 * most }, (_, i) => i % most);
  const wide = { places: integers([1, 2, most], places), chances: floats([1, 2, most], chances) };
  const tree = treeOf(wide, 0, [1, 2, 3, 4, 5, 6]);
  const followed = new Set(tree.guesses.map(({ parent }) => parent).filter((parent) => parent >= 0));
  assertEquals([...followed], [0, 1, 2, 3]);
});
