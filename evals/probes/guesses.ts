/** A decoder that rounding noise is measured with: it always guesses, whether right or wrong, so that many rows run. */
import { chain, type DecoderLive, oneByOne } from "../../engine/mod.ts";

/** The recipe. */
export const guesses = { name: "probe_guesses", params: {}, module: import.meta.url } as const;

/** Opens the decoder: what followed the last token before, else that token again and again. */
export function open(): DecoderLive {
  return {
    propose: oneByOne(({ tokens }, room) => {
      const last = tokens.at(-1)!;
      const before = tokens.lastIndexOf(last, -2);
      const follows = before < 0 ? [] : tokens.slice(before + 1, before + 1 + room);
      return chain([...follows, ...new Array<number>(room).fill(last)].slice(0, room));
    }),
  };
}
