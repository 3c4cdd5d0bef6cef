/**
 * A sampler of the whole batch: the requests that decode in a step are drawn together, in groups. Faults: "order" takes
 * parameters in the order of arrival for rows that were grouped, greedy ones first (SA-03); "generator" draws all rows
 * by one generator where one of them has no seed (SA-05).
 */
import { type DecoderLive, NO_DRAFT, type Sampling, type Sequence, verify } from "../../../engine/mod.ts";

/** Opens the decoder. */
export function open({ fault }: { readonly fault: "none" | "order" | "generator" }): DecoderLive {
  let step: Sequence[] = [];
  let drawing = false;
  let draws = 0;

  /** What a row is drawn by; absent: the likeliest token. */
  function samplingOf(sequence: Sequence, own: Sampling): Sampling | undefined {
    if (fault === "generator" && step.some(({ request }) => request.sampling === undefined)) {
      return { ...own, seed: ++draws };
    }
    const at = grouped(step).indexOf(sequence);
    if (fault !== "order" || at < 0) return own;
    const { sampling } = step[at]!.request;
    return sampling && { ...sampling, seed: own.seed };
  }

  return {
    propose(asking) {
      if (drawing) [step, drawing] = [[], false];
      step.push(...asking.map(({ sequence }) => sequence));
      return asking.map(() => NO_DRAFT);
    },
    accept(sequence, draft, logits, vocabulary, choose) {
      drawing = true;
      const { sampling: own, ...greedy } = sequence.request;
      if (own === undefined) return verify(sequence, draft, logits, vocabulary, choose);
      const sampling = samplingOf(sequence, own);
      const request = sampling === undefined ? greedy : { ...greedy, sampling };
      return verify({ ...sequence, request }, draft, logits, vocabulary);
    },
  };
}

function grouped(step: readonly Sequence[]): readonly Sequence[] {
  const greedy = ({ request }: Sequence) => request.sampling === undefined;
  return [...step.filter(greedy), ...step.filter((sequence) => !greedy(sequence))];
}
