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

const SIGN = 2 ** 31;
/** More than a vocabulary has tokens. */
const IDS = 2 ** 21;

/** The tokens that may be drawn, most likely first, and their probabilities (sum 1). */
export interface Law {
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

/** Draws one token from a row of logits. Exactly `topK` tokens stay on a tie (the lower ids). */
export function drawToken(logits: Float32Array, sampling: Sampling, position: number): number {
  const u = uniform(sampling.seed, position);
  return drawFrom(distribution(logits, sampling, u), u);
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

/** The law that tokens are drawn by; where nothing cuts it, no more of the likeliest than reach a share `reach` of it. */
export function distribution(
  logits: Float32Array,
  { temperature, topK, topP = 1 }: Sampling,
  reach = 1,
): Law {
  const top = logits.reduce((most, value) => Math.max(most, value));
  const weight = (logit: number) => Math.exp((logit - top) / temperature);
  const few = topK !== undefined && topK < logits.length;
  const all = few ? undefined : logits.reduce((sum, logit) => sum + weight(logit), 0);
  // Tokens below this are together less likely than what is left out.
  const rare = (1 - (topP < 1 ? topP : reach)) * (all ?? 0) / logits.length;
  let ids = few
    ? ranked(logits, nthLargest(logits, topK)).slice(0, topK)
    : ranked(logits, top + temperature * Math.log(rare));
  let weights = ids.map((id) => weight(logits[id]!));
  if (topP < 1) {
    const total = all ?? weights.reduce((sum, w) => sum + w, 0);
    let [kept, sum] = [0, 0];
    while (kept < ids.length && sum < topP * total) sum += weights[kept++]!;
    ids = ids.slice(0, kept);
    weights = weights.slice(0, kept);
  }
  const mass = all !== undefined && topP === 1 ? all : weights.reduce((sum, w) => sum + w, 0);
  return { ids, probabilities: weights.map((w) => w / mass) };
}

/** Tokens of at least a logit, most likely first and the lower ids first on a tie. */
function ranked(logits: Float32Array, least: number): number[] {
  const bits = new Uint32Array(logits.buffer, logits.byteOffset, logits.length);
  const keys = new Float64Array(logits.length);
  let count = 0;
  for (let id = 0; id < logits.length; id++) {
    if (logits[id]! < least) continue;
    // A logit's bits in the order of its value, above the id: a number's 53 bits hold both.
    const own = logits[id] === 0 ? 0 : bits[id]!;
    const falling = own & SIGN ? own : SIGN - 1 - own;
    keys[count++] = falling * IDS + id;
  }
  return Array.from(keys.subarray(0, count).sort(), (key) => key % IDS);
}

/** The `n`-th value from the largest on. */
function nthLargest(values: Float32Array, n: number): number {
  const most = new Float32Array(n).fill(-Infinity);
  for (const value of values) {
    if (!(value > most[0]!)) continue;
    let i = 0;
    for (; i + 1 < n && most[i + 1]! < value; i++) most[i] = most[i + 1]!;
    most[i] = value;
  }
  return most[0]!;
}

/** A number in [0, 1) from a seed, a position and a stream (SplitMix64's finaliser; Steele et al., 2014). */
export function uniform(seed: number, position: number, stream = 0): number {
  const place = BigInt(position + 1) * 0xd1b54a32d192ed03n + BigInt(stream) * 0x8cb92ba72f3d8dd7n;
  let z = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + place);
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53;
}
