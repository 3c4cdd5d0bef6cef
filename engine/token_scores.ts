/** How likely each accepted token was where it was chosen, from the step's own logits. */
import type { Accepted } from "./decoder.ts";
import type { Emission } from "./engine.ts";

export type TokenScores = NonNullable<Emission["scored"]>;

/** The scores of a step's new tokens; `logits` as for `verify`. */
export function scoresOf({ tokens, rows }: Accepted, logits: Float32Array, vocabulary: number): TokenScores {
  const [logProbs, tops, topLogProbs]: [number[], number[], number[]] = [[], [], []];
  tokens.forEach((token, i) => {
    const row = logits.subarray(rows[i]! * vocabulary, (rows[i]! + 1) * vocabulary);
    let top = 0;
    for (let v = 1; v < vocabulary; v++) if (row[v]! > row[top]!) top = v;
    let sum = 0;
    for (let v = 0; v < vocabulary; v++) sum += Math.exp(row[v]! - row[top]!);
    logProbs.push(row[token]! - row[top]! - Math.log(sum));
    tops.push(top);
    topLogProbs.push(-Math.log(sum));
  });
  return { logProbs, tops, topLogProbs };
}

/** The scores of the first `count` tokens. */
export function firstOf({ logProbs, tops, topLogProbs }: TokenScores, count: number): TokenScores {
  return {
    logProbs: logProbs.slice(0, count),
    tops: tops.slice(0, count),
    topLogProbs: topLogProbs.slice(0, count),
  };
}
