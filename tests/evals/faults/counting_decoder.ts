/** A decoder whose draws depend on how many came before, whoever asked for them. */
import { type DecoderLive, drawToken, NO_DRAFT, oneByOne, verify } from "../../../engine/mod.ts";

export function open(): DecoderLive {
  let drawn = 0;
  return {
    propose: oneByOne(() => NO_DRAFT),
    accept(sequence, draft, logits, vocabulary, choose) {
      const { sampling } = sequence.request;
      if (sampling === undefined) return verify(sequence, draft, logits, vocabulary, choose);
      return verify(
        sequence,
        draft,
        logits,
        vocabulary,
        (row) => drawToken(row, { ...sampling, seed: drawn++ }, 0),
      );
    },
  };
}
