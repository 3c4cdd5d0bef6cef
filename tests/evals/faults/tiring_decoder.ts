/** Prompt lookup that guesses no more after twenty tokens of an answer. */
import { type DecoderLive, NO_DRAFT } from "../../../engine/mod.ts";
import { open as lookup } from "../../../techniques/decoders/prompt_lookup.ts";

export function open(): DecoderLive {
  const inner = lookup({ guesses: 7 });
  return {
    ...inner,
    propose: async (asking) =>
      (await inner.propose(asking)).map((draft, i) => {
        const { tokens, prompted } = asking[i]!.sequence;
        return tokens.length - prompted > 20 ? NO_DRAFT : draft;
      }),
  };
}
