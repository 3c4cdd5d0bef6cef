/**
 * Speculation by a draft model, verified as the engine does. The fault "argmax": where guesses are verified the draw is
 * thrown away for the likeliest token (SP-06).
 */
import { chain, type DecoderLive, oneByOne, verify } from "../../../engine/mod.ts";
import { DraftModel, type DraftParams } from "./draft_model.ts";

type Params = Omit<DraftParams, "fault"> & { readonly fault: DraftParams["fault"] | "argmax" };

/** Opens the decoder. */
export function open({ fault, ...params }: Params): DecoderLive {
  const model = new DraftModel({ ...params, fault: fault === "argmax" ? "none" : fault });
  return {
    propose: oneByOne((sequence, room) => chain(model.guess(sequence, room).tokens)),
    accept(sequence, draft, logits, vocabulary, choose) {
      const drawn = sequence.request.sampling !== undefined && draft.tokens.length > 0;
      if (fault !== "argmax" || !drawn) return verify(sequence, draft, logits, vocabulary, choose);
      const { sampling: _, ...greedy } = sequence.request;
      return verify({ ...sequence, request: greedy }, draft, logits, vocabulary);
    },
    observe: (sequence, _offered, accepted) => model.observe(sequence, accepted),
    finish: (sequence) => model.finish(sequence),
  };
}
