/** What differs between our answers and the harness's, document by document. */
import type { Choices } from "../../../datasets/mod.ts";

/** Differences shown of each kind. */
const SHOWN = 5;

/** How far a document's log-likelihoods, sums over its tokens, may be from the harness's. */
const TOLERANCE_NATS = 1e-3;

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

/** Compares one task's documents, given in the same order. `reported`: the harness's own metrics, e.g. "acc,none". */
export function compareTask(
  ours: readonly Ours[],
  theirs: readonly Theirs[],
  reported: Readonly<Record<string, unknown>>,
) {
  const examples: unknown[] = [];
  const show = (example: unknown) => examples.length < SHOWN && examples.push(example);
  let [differentPrompts, differentScores, differentChoices, continuations] = [0, 0, 0, 0];
  const sums: Record<string, number> = {};
  const distances: number[] = [];
  ours.forEach((own, i) => {
    const other = theirs[i]!;
    if (JSON.stringify(own.requests) !== JSON.stringify(other.requests)) {
      differentPrompts++;
      show({ document: i, ours: own.requests, theirs: other.requests });
    }
    if (best(own.sums) !== best(other.sums)) differentChoices++;
    for (const [name, value] of Object.entries(own.scores)) {
      const score = Number(other[name as "acc" | "acc_norm"]);
      sums[name] = (sums[name] ?? 0) + value;
      if (value === score) continue;
      differentScores++;
      show({ document: i, metric: name, ours: own.sums, theirs: other.sums, requests: own.requests });
    }
    const distance = Math.max(...own.sums.map((sum, c) => Math.abs(sum - (other.sums[c] ?? Infinity))));
    if (!(distance <= TOLERANCE_NATS)) show({ document: i, ours: own.sums, theirs: other.sums });
    distances.push(distance);
    continuations += own.sums.length;
  });
  distances.sort((a, b) => a - b);
  const accuracies = Object.entries(sums).map(([name, sum]) => {
    const [own, other] = [sum / ours.length, Number(reported[`${name},none`])];
    return [name, { ours: own, theirs: other, equal: Math.abs(own - other) < 1e-9 }] as const;
  });
  return {
    documents: ours.length,
    continuations,
    differentPrompts,
    differentChoices,
    differentScores,
    /** Of each document the largest over its continuations. */
    differenceNats: {
      median: distances[distances.length >> 1]!,
      largest: distances.at(-1)!,
      tolerance: TOLERANCE_NATS,
      documentsBeyond: distances.filter((distance) => !(distance <= TOLERANCE_NATS)).length,
    },
    accuracies: Object.fromEntries(accuracies),
    examples,
  };
}

/** Whether nothing differs. */
export function agrees(task: ReturnType<typeof compareTask>): boolean {
  return task.differentPrompts + task.differentChoices + task.differentScores === 0 &&
    task.differenceNats.documentsBeyond === 0 && Object.values(task.accuracies).every(({ equal }) => equal);
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
