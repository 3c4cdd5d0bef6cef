/**
 * Top-k without sorting: the k-th largest logit is found, and what reaches it is kept. The fault (SA-02): tokens that
 * are tied with the k-th are kept too.
 */
import { type DecoderLive, NO_DRAFT, oneByOne, verify } from "../../../engine/mod.ts";

/** Opens the decoder. */
export function open({ ties }: { readonly ties: boolean }): DecoderLive {
  return {
    propose: oneByOne(() => NO_DRAFT),
    accept(sequence, draft, logits, vocabulary, choose) {
      const { sampling } = sequence.request;
      if (!ties || sampling?.topK === undefined) return verify(sequence, draft, logits, vocabulary, choose);
      const kth = logits.toSorted((a, b) => b - a)[sampling.topK - 1]!;
      const topK = logits.filter((value) => value >= kth).length;
      const request = { ...sequence.request, sampling: { ...sampling, topK } };
      return verify({ ...sequence, request }, draft, logits, vocabulary);
    },
  };
}
