/** A decoder that shuns what was said before, though nobody asked it to. */
import { type DecoderLive, NO_DRAFT, oneByOne, verify } from "../../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: oneByOne(() => NO_DRAFT),
    accept(sequence, draft, logits, vocabulary, choose) {
      const shy = logits.slice();
      for (const token of new Set(sequence.tokens)) shy[token]! -= 1;
      return verify(sequence, draft, shy, vocabulary, choose);
    },
  };
}
