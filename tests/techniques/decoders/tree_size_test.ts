/** How many guesses of trees are verified: by what they are worth, what steps take, and how far chances proved true. */
import { assert, assertEquals } from "@std/assert";
import type { Sequence } from "../../../engine/mod.ts";
import { GuessTree } from "../../../techniques/decoders/eagle_tree.ts";
import { StepCost } from "../../../techniques/decoders/step_cost.ts";
import { type Grown, TreeSize } from "../../../techniques/decoders/tree_size.ts";

const sequence = (id: string): Sequence => ({
  request: { id, prompt: [1], maxTokens: 9, stop: [] },
  tokens: [1],
  prompted: 1,
});

/** A chain of guesses, each as likely to be right as told once those before it are. */
function chain(id: string, confidences: readonly number[], room = 32): Grown {
  const tree = new GuessTree();
  confidences.forEach((confidence, i) => tree.grow(i - 1, [i], [confidence]));
  return { sequence: sequence(id), tree, room };
}

/** Sizes of trees where steps of one sequence take so long for the first row and each further one. */
function timed(first: number, each: number): TreeSize {
  const cost = new StepCost();
  for (let round = 0; round < 3; round++) {
    for (let rows = 1; rows <= 32; rows++) {
      cost.timed({ rows, sequences: 1, milliseconds: first + each * (rows - 1) });
    }
  }
  return new TreeSize(cost);
}

Deno.test("guesses are verified as long as each brings more than its row takes", () => {
  const size = new TreeSize(new StepCost());
  assertEquals(size.sizes([chain("a", [0.9, 0.9, 0.9, 0.01, 0.9])], 1, 0), [3]);
  assertEquals(size.sizes([chain("a", [0.01])], 1, 0), [0]);
  assertEquals(size.sizes([chain("a", [])], 1, 0), [0]);
});

Deno.test("there are never more of them than there is room for", () => {
  assertEquals(new TreeSize(new StepCost()).sizes([chain("a", [0.9, 0.9, 0.9], 2)], 1, 0), [2]);
});

Deno.test("guesses of all sequences of a step are held against each other", () => {
  const size = new TreeSize(new StepCost());
  assertEquals(size.sizes([chain("a", [0.9, 0.9]), chain("b", [0.02]), chain("c", [0.5])], 3, 0), [2, 0, 1]);
});

Deno.test("where rows take long fewer guesses are verified, where they take nothing all that may be right", () => {
  const confidences = Array<number>(20).fill(0.8);
  const [dear, cheap] = [timed(20, 10), timed(20, 0.01)];
  const [few] = dear.sizes([chain("a", confidences)], 1, 0);
  const [many] = cheap.sizes([chain("a", confidences)], 1, 0);
  assert(few! < 6 && many! > 15, `${few} and ${many}`);
});

Deno.test("time that drafting took already is one more reason to verify what came of it", () => {
  const size = timed(20, 5);
  const [quick] = size.sizes([chain("a", Array<number>(20).fill(0.8))], 1, 0);
  const [slow] = size.sizes([chain("a", Array<number>(20).fill(0.8))], 1, 40);
  assert(slow! > quick!);
});

Deno.test("a request whose chances prove too high is given fewer guesses, until it ends", () => {
  const size = new TreeSize(new StepCost());
  const tree = () => chain("a", Array<number>(20).fill(0.8));
  const [before] = size.sizes([tree()], 1, 0);
  for (let step = 0; step < 20; step++) {
    size.sizes([tree()], 1, 0);
    size.observed(sequence("a"), 0);
  }
  const [after] = size.sizes([tree()], 1, 0);
  assert(after! < before!, `${after} and ${before}`);
  size.finish(sequence("a"));
  // What all requests showed is still believed of the next.
  assert(size.sizes([tree()], 1, 0)[0]! >= after!);
});

Deno.test("a guess is followed where the next one may bring more than its row and its level take", () => {
  const size = timed(20, 2);
  assert(size.further(sequence("a"), 0.12, 1));
  assert(!size.further(sequence("a"), 0.08, 1));
  for (let step = 0; step < 3; step++) size.sizes([chain("b", [0.9, 0.9])], 1, 8);
  assert(!size.further(sequence("a"), 0.28, 1));
  assert(size.further(sequence("a"), 0.32, 1));
});
