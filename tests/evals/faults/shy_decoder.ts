/** A decoder that shuns what was said before, though nobody asked it to. */
import { type DecoderLive, verify } from "../../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: () => ({ tokens: [], parent: [] }),
    accept(sequence, draft, logits, vocabulary, choose) {
      const shy = logits.slice();
      for (const token of new Set(sequence.tokens)) shy[token]! -= 1;
      return verify(sequence, draft, shy, vocabulary, choose);
    },
  };
}
