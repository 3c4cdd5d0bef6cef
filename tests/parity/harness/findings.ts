/** What differs between our answers and the harness's, document by document. */
import type { Choices } from "../../../datasets/mod.ts";

/** Differences shown of each kind. */
const SHOWN = 5;

/** One document as we answer it. `requests`: context and continuation of each choice. */
export interface Ours {
  readonly requests: readonly (readonly [string, string])[];
  readonly sums: readonly number[];
  readonly scores: Readonly<Record<string, number>>;
}

/** One document as the harness answers it. */
export interface Theirs {
  readonly requests: readonly (readonly [string, string])[];
  readonly sums: readonly number[];
  readonly greedy: readonly boolean[];
  readonly acc: number;
  readonly acc_norm?: number;
}

/** Compares one task's documents, given in the same order. */
export function compareTask(ours: readonly Ours[], theirs: readonly Theirs[]) {
  const examples: unknown[] = [];
  const show = (example: unknown) => examples.length < SHOWN && examples.push(example);
  let [differentPrompts, differentScores, differentChoices, largest, continuations] = [0, 0, 0, 0, 0];
  const means: Record<string, { ours: number; theirs: number }> = {};
  ours.forEach((own, i) => {
    const other = theirs[i]!;
    if (JSON.stringify(own.requests) !== JSON.stringify(other.requests)) {
      differentPrompts++;
      show({ document: i, ours: own.requests, theirs: other.requests });
    }
    if (best(own.sums) !== best(other.sums)) differentChoices++;
    for (const [name, value] of Object.entries(own.scores)) {
      const score = Number(other[name as "acc" | "acc_norm"]);
      const mean = means[name] ??= { ours: 0, theirs: 0 };
      mean.ours += value / ours.length;
      mean.theirs += score / ours.length;
      if (value === score) continue;
      differentScores++;
      show({ document: i, metric: name, ours: own.sums, theirs: other.sums, requests: own.requests });
    }
    own.sums.forEach((sum, c) => (largest = Math.max(largest, Math.abs(sum - (other.sums[c] ?? Infinity)))));
    continuations += own.sums.length;
  });
  return {
    documents: ours.length,
    continuations,
    differentPrompts,
    differentChoices,
    differentScores,
    largestDifferenceNats: largest,
    means,
    examples,
  };
}

function best(sums: readonly number[]): number {
  return sums.indexOf(Math.max(...sums));
}

/** Compares the prompts and choices of a whole split with those that the harness builds of its raw rows. */
export function comparePrompts(
  ours: readonly Choices[],
  theirs: readonly (readonly [string, readonly string[]])[],
) {
  const examples: unknown[] = [];
  let different = Math.abs(ours.length - theirs.length);
  ours.forEach(({ id, context, continuations }, i) => {
    const [text, choices] = theirs[i] ?? ["", []];
    const delimited = choices.map((choice) => ` ${choice}`);
    if (context === text && JSON.stringify(continuations) === JSON.stringify(delimited)) return;
    different++;
    if (examples.length < SHOWN) {
      examples.push({ id, ours: [context, continuations], theirs: [text, delimited] });
    }
  });
  return { documents: ours.length, different, examples };
}

interface Nll {
  readonly ids: readonly number[];
  readonly nll: number;
}

/** Compares the mean negative log-likelihood of each text. */
export function compareNll(ours: readonly (Nll & { readonly id: string })[], theirs: readonly Nll[]) {
  return ours.map(({ id, ids, nll }, i) => ({
    article: id,
    tokens: ids.length,
    sameTokens: String(ids) === String(theirs[i]!.ids),
    ours: nll,
    theirs: theirs[i]!.nll,
    difference: Math.abs(nll - theirs[i]!.nll),
  }));
}
