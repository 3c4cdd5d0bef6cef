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

/** Draws one token from a row of logits. Exactly `topK` tokens stay on a tie (the lower ids). */
export function drawToken(logits: Float32Array, sampling: Sampling, position: number): number {
  const { ids, probabilities } = distribution(logits, sampling);
  const u = uniform(sampling.seed, position);
  let sum = 0;
  for (let i = 0; i < ids.length; i++) {
    sum += probabilities[i]!;
    if (u < sum) return ids[i]!;
  }
  return ids[ids.length - 1]!;
}

/** The tokens that may be drawn, most likely first, and their probabilities (sum 1). */
export function distribution(
  logits: Float32Array,
  { temperature, topK, topP }: Sampling,
): { readonly ids: readonly number[]; readonly probabilities: readonly number[] } {
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

/** A number in [0, 1) from a seed and a position (SplitMix64's finaliser; Steele et al., 2014). */
export function uniform(seed: number, position: number): number {
  let z = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + BigInt(position + 1) * 0xd1b54a32d192ed03n);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53;
}
