/** Guesses from the text, and penalizes repetition where the model's own file says so, whatever the request says. */
import { type DecoderLive, verify } from "../../../engine/mod.ts";
import { open as openLookup } from "../../../techniques/decoders/prompt_lookup.ts";

/** Opens the decoder; a `penalty` of 1 changes nothing (CTRL; Keskar et al., 2019). */
export function open({ penalty }: { readonly penalty: number }): DecoderLive {
  return {
    ...openLookup({ guesses: 7 }),
    accept(sequence, draft, logits, vocabulary, choose) {
      if (sequence.request.sampling === undefined) {
        return verify(sequence, draft, logits, vocabulary, choose);
      }
      const penalized = logits.slice();
      for (let row = 0; row < logits.length; row += vocabulary) {
        for (const token of new Set(sequence.tokens)) {
          penalized[row + token]! *= penalized[row + token]! > 0 ? 1 / penalty : penalty;
        }
      }
      return verify(sequence, draft, penalized, vocabulary, choose);
    },
  };
}
