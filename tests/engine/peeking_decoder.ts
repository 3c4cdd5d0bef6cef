/** A decoder that fails where a request shows what it forces. */
import { type DecoderLive, NO_DRAFT, oneByOne } from "../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: oneByOne(({ request }) => {
      if ("forced" in request) throw new Error("a decoder must not see what is forced");
      return NO_DRAFT;
    }),
  };
}
