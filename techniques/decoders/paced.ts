/** A drafter that computes its guesses, given out by what they cost and how they fare (pace.ts). */
import { type Asking, type Clock, type DecoderLive, type Draft, NO_DRAFT } from "../../engine/mod.ts";
import { Pace } from "./pace.ts";

/** Drafts for each sequence that asks, as many guesses as its length says at most. */
type Drafting = (asking: readonly Asking[], lengths: readonly number[]) => Promise<readonly Draft[]>;

/**
 * The members of a decoder that gives at most `guesses` a step, and none to a request for which none pays. `ready` does
 * what a request costs once, like reading its prompt: it says nothing of what its next guesses cost.
 */
export function paced(
  draft: Drafting,
  guesses: number,
  clock: Clock,
  ready: (asking: readonly Asking[]) => Promise<void> = () => Promise.resolve(),
): Required<Pick<DecoderLive, "propose" | "observe" | "timed" | "finish">> {
  const pace = new Pace();
  return {
    async propose(asking) {
      const offers = asking.map(({ sequence, room }) => ({ sequence, room: Math.min(room, guesses) }));
      const lengths = pace.lengths(offers);
      const given = asking.filter((_, i) => lengths[i]! > 0);
      if (given.length === 0) return asking.map(() => NO_DRAFT);
      await ready(given);
      const start = clock.now();
      const drafts = await draft(given, lengths.filter((length) => length > 0));
      pace.drafted(Math.max(...drafts.map(({ tokens }) => tokens.length)), clock.now() - start);
      return asking.map((one) => drafts[given.indexOf(one)] ?? NO_DRAFT);
    },
    observe: (sequence, offered, accepted) => pace.observed(sequence, offered, accepted),
    timed: (step) => pace.timed(step),
    finish: (sequence) => pace.finish(sequence),
  };
}
