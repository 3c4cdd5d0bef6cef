/** Trees where they pay: how many guesses of them are given, and when none is drafted any more. */
import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../../engine/mod.ts";
import { GuessTree } from "../../../techniques/decoders/eagle_tree.ts";
import { pacedTrees } from "../../../techniques/decoders/paced_trees.ts";
import { asking } from "./asking.ts";

interface World {
  /** Milliseconds of drafting. */
  readonly drafting: number;
  /** How sure the drafter is of its guesses in a step, which follow one another. */
  readonly sure: (step: number) => readonly number[];
  /** How many of them are right. */
  readonly right: number;
}

/** How many guesses one sequence gets, step by step, and how often it was drafted for. */
async function given({ drafting, sure, right }: World, steps: number) {
  const clock = new ManualClock();
  let [drafts, step] = [0, 0];
  const live = pacedTrees(
    (asking) => {
      drafts++;
      clock.advance(drafting);
      return Promise.resolve(asking.map(() => {
        const tree = new GuessTree();
        let last = -1;
        for (const confidence of sure(step)) last = tree.grow(last, [3], [confidence])[0]!;
        return tree;
      }));
    },
    clock,
  );
  const sizes: number[] = [];
  for (; step < steps; step++) {
    const [one] = asking(9);
    const size = (await live.propose([one!]))[0]!.tokens.length;
    if (size > 0) live.observe(one!.sequence, size, Math.min(right, size));
    live.timed({ rows: 1 + size, sequences: 1, milliseconds: 10 + size });
    sizes.push(size);
  }
  return { sizes: sizes.slice(steps / 2), drafts };
}
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("trees that are right are given whole, in nearly every step", async () => {
  const { sizes } = await given({ drafting: 1, sure: () => [0.9, 0.9, 0.9], right: 3 }, 100);
  assert(mean(sizes) > 2.5, `${sizes}`);
});

Deno.test("guesses that the drafter is not sure of are left out", async () => {
  const { sizes } = await given({ drafting: 1, sure: () => [0.9, 0.01, 0.9], right: 1 }, 100);
  assert(Math.max(...sizes) === 1 && mean(sizes) > 0.8, `${sizes}`);
});

Deno.test("trees that are seldom worth verifying are drafted on where those that are pay for them", async () => {
  const sure = (step: number) => step % 3 === 0 ? [0.95, 0.95, 0.95] : [0.02];
  const { drafts } = await given({ drafting: 0.5, sure, right: 3 }, 300);
  assert(drafts > 250, `${drafts}`);
});

Deno.test("trees that are hardly ever worth verifying are given up", async () => {
  const { drafts } = await given({ drafting: 2, sure: () => [0.02], right: 0 }, 300);
  assert(drafts < 40, `${drafts}`);
});

Deno.test("trees that are wrong, and trees that take longer than the steps they save, are given up", async () => {
  for (
    const world of [
      { drafting: 1, sure: () => [0.9, 0.9, 0.9], right: 0 },
      { drafting: 40, sure: () => [0.9, 0.9, 0.9], right: 3 },
    ]
  ) {
    const { sizes, drafts } = await given(world, 400);
    assert(drafts < 60 && mean(sizes) < 0.2, `${drafts} drafts, ${sizes}`);
  }
});

Deno.test("a sequence without room is given no guess, and the others theirs in their places", async () => {
  const live = pacedTrees(
    (asking) =>
      Promise.resolve(asking.map(({ room }) => {
        const tree = new GuessTree();
        tree.grow(-1, [room], [0.9]);
        return tree;
      })),
    new ManualClock(),
  );
  const drafts = await live.propose(asking(5, 0, 7));
  assertEquals(drafts.map(({ tokens }) => tokens[0]), [5, undefined, 7]);
});

Deno.test("what a request costs once and what a first run takes are not held against guesses", async () => {
  const clock = new ManualClock();
  let drafts = 0;
  const live = pacedTrees(
    (asked) => {
      clock.advance(drafts++ === 0 ? 500 : 1);
      return Promise.resolve(asked.map(() => {
        const tree = new GuessTree();
        tree.grow(-1, [3], [0.9]);
        return tree;
      }));
    },
    clock,
    () => Promise.resolve(clock.advance(500)),
  );
  const [one] = asking(9);
  for (let step = 0; step < 100; step++) {
    const size = (await live.propose([one!]))[0]!.tokens.length;
    if (size > 0) live.observe(one!.sequence, size, size);
    live.timed({ rows: 1 + size, sequences: 1, milliseconds: 10 + size });
  }
  assert(drafts > 80, `${drafts}`);
});
