/** A decoder that fails where a request shows what it forces. */
import type { DecoderLive } from "../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose({ request }) {
      if ("forced" in request) throw new Error("a decoder must not see what is forced");
      return { tokens: [], parent: [] };
    },
  };
}
