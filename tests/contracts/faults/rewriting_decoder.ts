/** A decoder that rewrites the text it was only to read. */
import { type DecoderLive, NO_DRAFT, oneByOne } from "../../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: oneByOne(({ tokens, prompted }) => {
      if (tokens.length === prompted + 3) (tokens as number[])[tokens.length - 1]! ^= 1;
      return NO_DRAFT;
    }),
  };
}
