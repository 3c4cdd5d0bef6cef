/**
 * Prompt lookup with a path of its own for throughput: where several greedy answers of fixed length are decoded and
 * nobody asks for scores. What takes that path is told to the cache (SP-04).
 */
import { type DecoderLive, type Sequence, verify } from "../../../engine/mod.ts";
import { open as lookup } from "../../../techniques/decoders/prompt_lookup.ts";

/** Whether the step that is being put together takes the path. */
export const path = { taken: false };

const FEWEST = 3;

/** Opens the decoder. */
export function open(params: Parameters<typeof lookup>[0]): DecoderLive {
  const inner = lookup(params);
  let step: Sequence[] = [];
  let verifying = false;
  return {
    ...inner,
    propose(asking) {
      if (verifying) [step, verifying] = [[], false];
      step.push(...asking.map(({ sequence }) => sequence));
      path.taken = step.length >= FEWEST && step.every(isFixed);
      return inner.propose(asking);
    },
    accept(...given) {
      verifying = true;
      path.taken = false;
      return verify(...given);
    },
  };
}

function isFixed(sequence: Sequence & { readonly scored?: boolean }): boolean {
  const { request: { stop, sampling }, scored } = sequence;
  return stop.length === 0 && sampling === undefined && scored !== true;
}
