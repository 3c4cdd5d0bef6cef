/**
 * A drafter of trees, asked where its guesses pay (pace.ts), whose trees are cut to the guesses that pay (tree_size.ts),
 * by what they cost and how they fare.
 */
import { type Asking, type Clock, type DecoderLive, NO_DRAFT } from "../../engine/mod.ts";
import type { GuessTree } from "./eagle_tree.ts";
import { Pace } from "./pace.ts";
import { TreeSize } from "./tree_size.ts";

/** Drafts a tree for each sequence that asks, as many levels deep as its number says at most. */
type Drafting = (asking: readonly Asking[], levels: readonly number[]) => Promise<readonly GuessTree[]>;

/**
 * The members of a decoder that gives trees of at most `levels` levels, and none to a request for which none pays.
 * `ready` does what a request costs once, like reading its prompt: it says nothing of what its next guesses cost, nor does
 * the first run of a graph, which prepares itself.
 */
export function pacedTrees(
  draft: Drafting,
  levels: number,
  clock: Clock,
  ready: (asking: readonly Asking[]) => Promise<void> = () => Promise.resolve(),
): Required<Pick<DecoderLive, "propose" | "observe" | "timed" | "finish">> {
  const pace = new Pace();
  const size = new TreeSize();
  const depths = new Map<string, number>();
  let prepared = false;
  return {
    async propose(asking) {
      const wanted = pace.lengths(
        asking.map(({ sequence, room }) => ({ sequence, room: Math.min(room, levels) })),
      );
      const given = asking.filter((_, i) => wanted[i]! > 0);
      if (given.length === 0) return asking.map(() => NO_DRAFT);
      const deep = wanted.filter((length) => length > 0);
      await ready(given);
      const start = clock.now();
      const trees = await draft(given, deep);
      const took = prepared ? clock.now() - start : 0;
      if (prepared) pace.drafted(Math.max(...deep), took);
      prepared = true;
      given.forEach(({ sequence }, i) => depths.set(sequence.request.id, deep[i]!));
      const sizes = size.sizes(
        given.map(({ sequence, room }, i) => ({ sequence, room, tree: trees[i]! })),
        asking.length,
        took,
      );
      // A tree that was drafted in vain costs as much as one that was refused.
      given.forEach(({ sequence }, i) => sizes[i] === 0 && pace.observed(sequence, deep[i]!, 0));
      const drafts = trees.map((tree, i) => tree.draft(sizes[i]!));
      return asking.map((one) => drafts[given.indexOf(one)] ?? NO_DRAFT);
    },
    observe(sequence, _, accepted) {
      pace.observed(sequence, depths.get(sequence.request.id)!, accepted);
      size.observed(sequence, accepted);
    },
    timed(step) {
      pace.timed(step);
      size.timed(step);
    },
    finish(sequence) {
      depths.delete(sequence.request.id);
      pace.finish(sequence);
      size.finish(sequence);
    },
  };
}
