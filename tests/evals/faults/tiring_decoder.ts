/** Prompt lookup that guesses no more after twenty tokens of an answer. */
import type { DecoderLive } from "../../../engine/mod.ts";
import { open as lookup } from "../../../techniques/decoders/prompt_lookup.ts";

export function open(): DecoderLive {
  const inner = lookup({ longest: 4, shortest: 2, guesses: 7 });
  return {
    ...inner,
    propose: (sequence, room) =>
      sequence.tokens.length - sequence.prompted > 20
        ? { tokens: [], parent: [] }
        : inner.propose(sequence, room),
  };
}
