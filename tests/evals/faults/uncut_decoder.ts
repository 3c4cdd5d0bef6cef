/** A decoder that forgets to cut. */
import { type DecoderLive, NO_DRAFT, oneByOne, verify } from "../../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: oneByOne(() => NO_DRAFT),
    accept(sequence, draft, logits, vocabulary, choose) {
      const { temperature = 1, seed = 0 } = sequence.request.sampling ?? {};
      if (sequence.request.sampling === undefined) return verify(sequence, draft, logits, vocabulary, choose);
      const request = { ...sequence.request, sampling: { temperature, seed } };
      return verify({ ...sequence, request }, draft, logits, vocabulary);
    },
  };
}
