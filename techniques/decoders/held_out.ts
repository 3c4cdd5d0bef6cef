/** What is told of a drafter's guesses on answers that were held out of its training. */
import type { FeatureSet } from "./feature_set.ts";

/** Sizes of trees whose accepted guesses are told. */
export const SIZES = [1, 3, 7, 15, 31] as const;
/** Accepted guesses in a step on average, by how many a tree has. */
export type Accepted = ReadonlyMap<number, number>;

/** What `count` trees accepted in all, for one of them. */
export const meanOf = (totals: Accepted, count: number): Accepted =>
  new Map([...totals].map(([size, total]) => [size, total / count]));

/** How many answers there were, and which share of the held out ones' tokens may be guessed. */
export async function saidHeldOut(set: FeatureSet, tokens: readonly number[]): Promise<string> {
  return `Trained on ${set.shown.length} answers; ${set.heldOut.length} were held out, of whose tokens ${
    percent(await coverage(set, tokens))
  } are among the ${tokens.length} that may be guessed.`;
}

/** "0.33 of 1, 0.62 of 3". */
export const saidAccepted = (accepted: Accepted): string =>
  [...accepted].map(([size, guesses]) => `${guesses.toFixed(2)} of ${size}`).join(", ");

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

async function coverage(set: FeatureSet, tokens: readonly number[]): Promise<number> {
  const known = new Set(tokens);
  let [count, covered] = [0, 0];
  for (const lesson of set.heldOut) {
    const answer = (await set.read(lesson)).tokens.subarray(lesson.prompt.length);
    count += answer.length;
    covered += answer.filter((token) => known.has(token)).length;
  }
  return covered / count;
}
