/** Attention of one row: over all that it sees at once, or over parts that are merged by their log-sum-exp. */
import { SIZE } from "./tiny_weights.ts";

const { heads, kvHeads, headDim } = SIZE;
const SHARE = heads / kvHeads;
const SCALE = 1 / Math.sqrt(headDim);

/** K and V of one sequence, [kvHeads x keys x headDim] each. */
export interface Keys {
  readonly k: Float32Array;
  readonly v: Float32Array;
  readonly count: number;
}

/** Keys [from, to) of the list of what a row sees. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** What the merge takes for the log-sum-exp of this part. */
  readonly lse: (lse: number) => number;
}

const scores = new Float64Array(2 * SIZE.context);
const one = new Float64Array(headDim);
const total = new Float64Array(headDim);

/** Writes the heads' outputs to `out` at `to`; `q` has the heads' queries at `from`. */
export function attend(
  q: Float32Array,
  from: number,
  keys: Keys,
  seen: Int32Array,
  parts: readonly Range[],
  out: Float32Array,
  to: number,
): void {
  for (let head = 0; head < heads; head++) {
    const base = Math.floor(head / SHARE) * keys.count * headDim;
    const [query, target] = [from + head * headDim, to + head * headDim];
    if (parts.length === 1) {
      attendPart(q, query, keys, base, seen, parts[0]!, one);
      for (let d = 0; d < headDim; d++) out[target + d] = one[d]!;
      continue;
    }
    total.fill(0);
    let top = -Infinity;
    let sum = 0;
    for (const part of parts) {
      const lse = part.lse(attendPart(q, query, keys, base, seen, part, one));
      if (lse === -Infinity) continue;
      const next = Math.max(top, lse);
      const [kept, weight] = [Math.exp(top - next), Math.exp(lse - next)];
      for (let d = 0; d < headDim; d++) total[d] = total[d]! * kept + weight * one[d]!;
      sum = sum * kept + weight;
      top = next;
    }
    for (let d = 0; d < headDim; d++) out[target + d] = total[d]! / sum;
  }
}

/** One head over one part: its output to `into`, its log-sum-exp back, -Infinity where it has no key. */
function attendPart(
  q: Float32Array,
  query: number,
  { k, v }: Keys,
  base: number,
  seen: Int32Array,
  { from, to }: Range,
  into: Float64Array,
): number {
  into.fill(0);
  if (from >= to) return -Infinity;
  const [q0, q1, q2, q3] = [q[query]!, q[query + 1]!, q[query + 2]!, q[query + 3]!];
  const [q4, q5, q6, q7] = [q[query + 4]!, q[query + 5]!, q[query + 6]!, q[query + 7]!];
  let top = -Infinity;
  for (let i = from; i < to; i++) {
    const at = base + seen[i]! * headDim;
    const score = SCALE * (q0 * k[at]! + q1 * k[at + 1]! + q2 * k[at + 2]! + q3 * k[at + 3]! +
      q4 * k[at + 4]! + q5 * k[at + 5]! + q6 * k[at + 6]! + q7 * k[at + 7]!);
    scores[i] = score;
    if (score > top) top = score;
  }
  let sum = 0, o0 = 0, o1 = 0, o2 = 0, o3 = 0, o4 = 0, o5 = 0, o6 = 0, o7 = 0;
  for (let i = from; i < to; i++) {
    const at = base + seen[i]! * headDim;
    const weight = Math.exp(scores[i]! - top);
    sum += weight;
    o0 += weight * v[at]!;
    o1 += weight * v[at + 1]!;
    o2 += weight * v[at + 2]!;
    o3 += weight * v[at + 3]!;
    o4 += weight * v[at + 4]!;
    o5 += weight * v[at + 5]!;
    o6 += weight * v[at + 6]!;
    o7 += weight * v[at + 7]!;
  }
  into[0] = o0 / sum;
  into[1] = o1 / sum;
  into[2] = o2 / sum;
  into[3] = o3 / sum;
  into[4] = o4 / sum;
  into[5] = o5 / sum;
  into[6] = o6 / sum;
  into[7] = o7 / sum;
  return top + Math.log(sum);
}
