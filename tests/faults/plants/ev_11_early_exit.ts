/** Guesses from the text; where it is broken, tokens are chosen by an early layer's coarse logits. */
import { type DecoderLive, verify } from "../../../engine/mod.ts";
import { open as openLookup } from "../../../techniques/decoders/prompt_lookup.ts";

const COARSE = 2;

/** Opens the decoder. */
export function open({ faulty }: { readonly faulty: boolean }): DecoderLive {
  return {
    ...openLookup({ guesses: 7 }),
    accept(sequence, draft, logits, vocabulary, choose) {
      const own = faulty ? logits.map((value) => COARSE * Math.round(value / COARSE)) : logits;
      return verify(sequence, draft, own, vocabulary, choose);
    },
  };
}
