/** A decoder that forgets the temperature. */
import { type DecoderLive, NO_DRAFT, oneByOne, verify } from "../../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: oneByOne(() => NO_DRAFT),
    accept({ request: { sampling: _, ...greedy }, ...sequence }, draft, logits, vocabulary) {
      return verify({ ...sequence, request: greedy }, draft, logits, vocabulary);
    },
  };
}
