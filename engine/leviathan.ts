/**
 * The rule by which guesses that were drawn are verified (Leviathan et al., ICML 2023, algorithm 1): a guess x from q is
 * accepted with probability min(1, p(x) / q(x)), and otherwise a token is drawn from max(0, p - q) / sum. What comes out
 * has law p, whatever q is. Random numbers depend on the seed, the position and what they are for alone.
 */
import type { Sampling } from "./engine.ts";
import { distribution, drawFrom, type Law, uniform } from "./sampling.ts";

/** Streams of random numbers: one that drew a guess must not judge it too. Stream 0 is plain decoding's. */
const STREAMS = { guess: 1, accept: 2, residual: 3 } as const;

/** A guess, and the law it was drawn from. */
export interface Guess {
  readonly token: number;
  readonly law: Law;
}

/** Draws a guess for a position from a drafter's logits, by the request's own temperature, top-k and top-p. */
export function drawGuess(logits: Float32Array, sampling: Sampling, position: number): Guess {
  const law = distribution(logits, sampling);
  return { token: drawFrom(law, uniform(sampling.seed, position, STREAMS.guess)), law };
}

/** The token at a position: the guess, where it is accepted by the target's logits, or another one. */
export function judgeGuess(
  logits: Float32Array,
  sampling: Sampling,
  position: number,
  { token, law }: Guess,
): number {
  const target = distribution(logits, sampling);
  if (uniform(sampling.seed, position, STREAMS.accept) < acceptanceOf(target, law, token)) return token;
  return drawFrom(residual(target, law), uniform(sampling.seed, position, STREAMS.residual));
}

/** min(1, p(x) / q(x)); 0 where the guess could not be drawn. */
export function acceptanceOf(p: Law, q: Law, token: number): number {
  const of = probability(q, token);
  return of > 0 ? Math.min(1, probability(p, token) / of) : 0;
}

/** max(0, p - q) as a law; p where nothing is left, as where both are equal no guess is rejected. */
export function residual(p: Law, q: Law): Law {
  const other = new Map(q.ids.map((id, i) => [id, q.probabilities[i]!]));
  const left = p.ids.map((id, i) => Math.max(0, p.probabilities[i]! - (other.get(id) ?? 0)));
  const mass = left.reduce((sum, value) => sum + value, 0);
  return mass > 0 ? { ids: p.ids, probabilities: left.map((value) => value / mass) } : p;
}

function probability({ ids, probabilities }: Law, token: number): number {
  const at = ids.indexOf(token);
  return at < 0 ? 0 : probabilities[at]!;
}
