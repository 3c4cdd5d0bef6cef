/**
 * Sampling by temperature, top-k and top-p (Holtzman et al., 2020). A draw depends on the logits, the seed and the
 * position alone, so that neighbours, drafts and restarts cannot change an answer.
 */
import type { Sampling } from "./engine.ts";

/** @throws {RangeError} when nothing could be drawn by it. */
export function checkSampling({ temperature, topK = 1, topP = 1 }: Sampling): void {
  const say = (what: string, must: string, found: number) => {
    throw new RangeError(`Cannot sample as ${what} must be ${must}: found ${found}`);
  };
  if (!(temperature > 0 && temperature < Infinity)) say("the temperature", "above 0", temperature);
  if (!(Number.isInteger(topK) && topK >= 1)) say("topK", "a whole number of at least 1", topK);
  if (!(topP > 0 && topP <= 1)) say("topP", "above 0 and at most 1", topP);
}

/** The tokens that may be drawn, most likely first, and their probabilities (sum 1). */
export interface Law {
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

/** Draws one token from a row of logits. Exactly `topK` tokens stay on a tie (the lower ids). */
export function drawToken(logits: Float32Array, sampling: Sampling, position: number): number {
  return drawFrom(distribution(logits, sampling), uniform(sampling.seed, position));
}

/** The token at a place `u` in [0, 1) of a law. */
export function drawFrom({ ids, probabilities }: Law, u: number): number {
  let sum = 0;
  for (let i = 0; i < ids.length; i++) {
    sum += probabilities[i]!;
    if (u < sum) return ids[i]!;
  }
  return ids[ids.length - 1]!;
}

/** The law that tokens are drawn by. */
export function distribution(logits: Float32Array, { temperature, topK, topP }: Sampling): Law {
  let ids = Array.from(logits, (_, i) => i).sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (topK !== undefined) ids = ids.slice(0, topK);
  const top = logits[ids[0]!]!;
  let weights = ids.map((id) => Math.exp((logits[id]! - top) / temperature));
  const total = weights.reduce((sum, w) => sum + w, 0);
  if (topP !== undefined) {
    let [kept, sum] = [0, 0];
    while (kept < ids.length && sum < topP * total) sum += weights[kept++]!;
    ids = ids.slice(0, kept);
    weights = weights.slice(0, kept);
  }
  const mass = weights.reduce((sum, w) => sum + w, 0);
  return { ids, probabilities: weights.map((w) => w / mass) };
}

/** A number in [0, 1) from a seed, a position and a stream (SplitMix64's finaliser; Steele et al., 2014). */
export function uniform(seed: number, position: number, stream = 0): number {
  const place = BigInt(position + 1) * 0xd1b54a32d192ed03n + BigInt(stream) * 0x8cb92ba72f3d8dd7n;
  let z = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + place);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53;
}
