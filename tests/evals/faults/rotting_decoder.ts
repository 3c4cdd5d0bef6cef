/** Prompt lookup that guesses beside the mark after twenty tokens of an answer. */
import type { DecoderLive } from "../../../engine/mod.ts";
import { open as lookup } from "../../../techniques/decoders/prompt_lookup.ts";

export function open(): DecoderLive {
  const inner = lookup({ guesses: 7 });
  return {
    propose: async (asking) =>
      (await inner.propose(asking)).map(({ tokens, parent }, i) => {
        const { sequence } = asking[i]!;
        const late = sequence.tokens.length - sequence.prompted > 20;
        return late ? { tokens: tokens.map((token) => token + 1), parent } : { tokens, parent };
      }),
  };
}
