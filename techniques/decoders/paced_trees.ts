/**
 * A drafter of trees, asked where they pay (tree_worth.ts), whose trees are cut to the guesses that pay (tree_size.ts), by
 * what they cost and how they fare.
 */
import { type Asking, type Clock, type DecoderLive, NO_DRAFT, type Sequence } from "../../engine/mod.ts";
import type { GuessTree } from "./eagle_tree.ts";
import { StepCost } from "./step_cost.ts";
import { TreeSize } from "./tree_size.ts";
import { TreeWorth } from "./tree_worth.ts";

/** Whether a guess of a sequence that is so likely to be right is worth following. */
export type Further = (sequence: Sequence, chance: number) => boolean;
/** Drafts a tree for each sequence that asks. */
type Drafting = (asking: readonly Asking[], further: Further) => Promise<readonly GuessTree[]>;

/**
 * The members of a decoder that gives a request no tree where none pays. `ready` does what a request costs once, like
 * reading its prompt: it says nothing of what its next guesses cost, nor does the first run of a graph, which prepares
 * itself.
 */
export function pacedTrees(
  draft: Drafting,
  clock: Clock,
  ready: (asking: readonly Asking[]) => Promise<void> = () => Promise.resolve(),
): Required<Pick<DecoderLive, "propose" | "observe" | "timed" | "finish">> {
  const cost = new StepCost();
  const [worth, size] = [new TreeWorth(cost), new TreeSize(cost)];
  let prepared = false;
  return {
    async propose(asking) {
      const count = asking.length;
      const wanted = worth.drafted(asking.map(({ sequence }) => sequence));
      const given = asking.filter(({ room }, i) => room > 0 && wanted[i]);
      if (given.length === 0) return asking.map(() => NO_DRAFT);
      await ready(given);
      const start = clock.now();
      const trees = await draft(given, (sequence, chance) => size.further(sequence, chance, count));
      const took = prepared && cost.knows(count) ? clock.now() - start : 0;
      prepared = true;
      const sizes = size.sizes(given.map((one, i) => ({ ...one, tree: trees[i]! })), count, took);
      const guesses = sizes.reduce((sum, own) => sum + own, 0);
      const each = (cost.of(count + guesses, count) - cost.of(count, count)) / Math.max(1, guesses);
      given.forEach(({ sequence }, i) => {
        worth.took(sequence, took / given.length + each * sizes[i]!, count);
        if (sizes[i] === 0) worth.observed(sequence, 0);
      });
      const drafts = trees.map((tree, i) => tree.draft(sizes[i]!));
      return asking.map((one) => drafts[given.indexOf(one)] ?? NO_DRAFT);
    },
    observe(sequence, _, accepted) {
      worth.observed(sequence, accepted);
      size.observed(sequence, accepted);
    },
    timed: (step) => cost.timed(step),
    finish(sequence) {
      worth.finish(sequence);
      size.finish(sequence);
    },
  };
}
