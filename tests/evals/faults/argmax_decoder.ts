/** A decoder that forgets the temperature. */
import { type DecoderLive, verify } from "../../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: () => ({ tokens: [], parent: [] }),
    accept({ request: { sampling: _, ...greedy }, ...sequence }, draft, logits, vocabulary) {
      return verify({ ...sequence, request: greedy }, draft, logits, vocabulary);
    },
  };
}
