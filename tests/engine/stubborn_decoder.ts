/** A decoder that accepts the same token whatever the logits say. */
import type { DecoderLive } from "../../engine/mod.ts";

export function open(): DecoderLive {
  return {
    propose: () => ({ tokens: [], parent: [] }),
    accept: () => ({ tokens: [7], margins: [0], rows: [0] }),
  };
}
