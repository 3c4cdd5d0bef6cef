/**
 * Two exact rules of acceptance for guesses of a draft model that draws (Leviathan et al., 2023; Chen et al., 2023).
 * "match": a token is drawn from the target, and the guess stays if it is that token. "ratio": the guess x stays with
 * probability min(1, p(x) / q(x)), else the rest of p over q is drawn from.
 */
import {
  type Accepted,
  chain,
  type DecoderLive,
  distribution,
  oneByOne,
  type Sampling,
  topTwo,
  uniform,
  verify,
} from "../../../engine/mod.ts";
import { DraftModel } from "./draft_model.ts";

interface Params {
  readonly rule: "match" | "ratio";
  readonly guesses: number;
}

/** What else is drawn at a position than the target's own token, each with numbers of its own. */
const [GUESS, STAY, REST] = [1_000_003, 2_000_003, 3_000_017];

/** Opens the decoder. */
export function open({ rule, guesses }: Params): DecoderLive {
  const model = new DraftModel({ guesses, features: false, fault: "none" });
  const guessed = new Map<string, readonly Float32Array[]>();
  return {
    propose: oneByOne((sequence, room) => {
      const { sampling, id } = sequence.request;
      const { tokens, logits } = model.guess(
        sequence,
        room,
        sampling && ((row, position) => draw(lawOf(row, sampling), uniform(sampling.seed + GUESS, position))),
      );
      guessed.set(id, logits);
      return chain(tokens);
    }),
    accept(sequence, draft, logits, vocabulary, choose): Accepted {
      const { sampling, id } = sequence.request;
      if (rule === "match" || sampling === undefined || draft.tokens.length === 0) {
        return verify(sequence, draft, logits, vocabulary, choose);
      }
      const [tokens, margins, rows]: [number[], number[], number[]] = [[], [], [0]];
      for (let at = 0;; at++) {
        const row = logits.subarray(at * vocabulary, (at + 1) * vocabulary);
        const position = sequence.tokens.length + at;
        margins.push(topTwo(row).margin);
        const [p, guess] = [lawOf(row, sampling), draft.tokens[at]];
        if (guess === undefined) {
          tokens.push(draw(p, uniform(sampling.seed, position)));
          return { tokens, margins, rows };
        }
        const q = lawOf(guessed.get(id)![at]!, sampling);
        if (uniform(sampling.seed + STAY, position) < p[guess]! / q[guess]!) {
          tokens.push(guess);
          rows.push(at + 1);
          continue;
        }
        const rest = p.map((share, token) => Math.max(0, share - q[token]!));
        tokens.push(draw(rest, uniform(sampling.seed + REST, position)));
        return { tokens, margins, rows };
      }
    },
    observe: (sequence, _offered, accepted) => model.observe(sequence, accepted),
    finish(sequence) {
      guessed.delete(sequence.request.id);
      model.finish(sequence);
    },
  };
}

/** The probability of each token. */
function lawOf(row: Float32Array, sampling: Sampling): Float64Array {
  const law = new Float64Array(row.length);
  const { ids, probabilities } = distribution(row, sampling);
  ids.forEach((id, i) => (law[id] = probabilities[i]!));
  return law;
}

/** The token at which shares add up to `u` of their sum. */
function draw(shares: Float64Array, u: number): number {
  let left = u * shares.reduce((sum, share) => sum + share, 0);
  const at = shares.findIndex((share) => (left -= share) < 0);
  return at < 0 ? shares.findLastIndex((share) => share > 0) : at;
}
