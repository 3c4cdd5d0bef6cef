/** A decoder for kv_bench.ts that knows the texts and guesses their next tokens right: a step then decodes several. */
import { chain, type DecoderLive, oneByOne } from "../../mod.ts";

interface Params {
  readonly texts: readonly (readonly number[])[];
  /** Tokens that tell a text from the others. */
  readonly prompt: number;
  /** Guesses a step. */
  readonly guesses: number;
}

/** The recipe. */
export const knowing = (params: Params) => ({
  name: "knowing",
  params: { ...params },
  module: import.meta.url,
});

/** Opens the decoder. */
export function open({ texts, prompt, guesses }: Params): DecoderLive {
  const keyOf = (tokens: readonly number[]) => tokens.slice(0, prompt).join(",");
  const known = new Map(texts.map((text) => [keyOf(text), text]));
  return {
    propose: oneByOne(({ tokens }, room) => {
      const next = known.get(keyOf(tokens))!.slice(tokens.length, tokens.length + Math.min(room, guesses));
      return chain(next);
    }),
  };
}
