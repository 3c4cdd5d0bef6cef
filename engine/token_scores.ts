/** How likely tokens were where they stand, from the step's own logits. */
import type { TokenScores } from "./engine.ts";
import { type Running, scoring } from "./step_batch.ts";

/** The scores of the prompt's tokens that the next `rows` of a request reach, and notes them; `logits` begin with theirs. */
export function promptScores(
  job: Running,
  rows: number,
  logits: Float32Array,
  vocabulary: number,
): TokenScores | undefined {
  const [from, to] = scoring(job, rows);
  if (from === to) return undefined;
  const tokens = job.tokens.slice(from + 1, to + 1);
  job.told += tokens.length;
  return scoresOf(tokens, [...tokens.keys()], logits, vocabulary, job.likeliest);
}

/**
 * The scores of tokens: `rows[i]` is the row of `logits` [rows x vocabulary] that predicts token i. Tells `likeliest` of
 * the likeliest tokens at each place, none where it is 0.
 */
export function scoresOf(
  tokens: readonly number[],
  rows: readonly number[],
  logits: Float32Array,
  vocabulary: number,
  likeliest = 0,
): TokenScores {
  const [logProbs, tops, topLogProbs]: [number[], number[], number[]] = [[], [], []];
  const lists = tokens.map((token, i) => {
    const row = logits.subarray(rows[i]! * vocabulary, (rows[i]! + 1) * vocabulary);
    const ids = largest(row, Math.max(1, likeliest));
    const top = row[ids[0]!]!;
    let sum = 0;
    for (let v = 0; v < vocabulary; v++) sum += Math.exp(row[v]! - top);
    const logProb = (id: number) => row[id]! - top - Math.log(sum);
    logProbs.push(logProb(token));
    tops.push(ids[0]!);
    topLogProbs.push(logProb(ids[0]!));
    return ids.map((id) => ({ token: id, logProb: logProb(id) }));
  });
  return { logProbs, tops, topLogProbs, ...(likeliest > 0 ? { likeliest: lists } : {}) };
}

/** The scores of the first `count` tokens. */
export function firstOf(scores: TokenScores, count: number): TokenScores {
  return {
    logProbs: scores.logProbs.slice(0, count),
    tops: scores.tops.slice(0, count),
    topLogProbs: scores.topLogProbs.slice(0, count),
    ...(scores.likeliest ? { likeliest: scores.likeliest.slice(0, count) } : {}),
  };
}

/** The indices of the largest values, largest first, the first on a tie. */
function largest(row: Float32Array, count: number): readonly number[] {
  const ids: number[] = [];
  let least = -Infinity;
  for (let v = 0; v < row.length; v++) {
    if (ids.length === count && !(row[v]! > least)) continue;
    let at = ids.length;
    while (at > 0 && row[ids[at - 1]!]! < row[v]!) at--;
    ids.splice(at, 0, v);
    if (ids.length > count) ids.pop();
    if (ids.length === count) least = row[ids.at(-1)!]!;
  }
  return ids;
}
