/**
 * Boards folded from recordings: one per hardware, model, suite and workload, never across hardware. A place is
 * shared where the data cannot separate two rows from the first of them.
 */
import type { Digest, SlotName } from "../engine/mod.ts";
import {
  AGAIN,
  type Check,
  type Outcome,
  type Trial,
  type TrialWeights,
  type WorkloadSpeed,
} from "../evals/mod.ts";
import { type Composition, compositions } from "./composition.ts";
import type { Origin, Recording, Shelved } from "./recording.ts";
import { likelihoodOf } from "./likelihood.ts";
import { isInTime } from "./objective.ts";
import { type Scope, scopeKey, scopeOf } from "./scope.ts";
import { type Tries, triesOf, type Try, tryOf } from "./tries.ts";
import { isWideCheck, worstCheck } from "./worst.ts";

export { scopeKey };

type Stamped = Trial["techniques"][number];

export interface Row {
  readonly id: Digest;
  readonly name: string;
  readonly techniques: readonly string[];
  /** What it changes, what it relieves, and whether it claims to change no answer; empty for what folds no technique. */
  readonly slots: readonly SlotName[];
  readonly bottlenecks: readonly Stamped["bottleneck"][];
  readonly claim?: Stamped["claim"];
  readonly kind: Outcome["kind"];
  readonly at: number;
  readonly tried: Tries;
  /** The judged check nearest to or furthest over its margin, without its samples. */
  readonly worst?: Check;
  /** What its weights take, and the loss of likelihood that stands against it in the picture; no speed. */
  readonly weights?: TrialWeights;
  readonly likelihood?: Check;
  /** Whose export it came from, where it was not recorded here. */
  readonly origin?: Origin;
  /** Why there is no speed, for held, void and skipped. */
  readonly reason?: string;
}

/** A row with a place; `tied` where the place is shared. */
export interface RankedRow extends Row {
  readonly place: number;
  readonly tied: boolean;
  readonly figures: Figures;
}

/** One workload's figures without the raw blocks. */
export type Figures = Omit<WorkloadSpeed, "blocks">;

export interface TimedRow extends Row {
  readonly figures: Figures;
}

/** A row by a margin wider than a board allows; which checks have it, and how wide it is. */
export interface WideRow extends TimedRow {
  readonly wider: readonly Pick<Check, "eval" | "metric" | "unit" | "allowed">[];
}

export interface Board {
  readonly key: string;
  readonly scope: Scope;
  /** When its latest row was recorded. */
  readonly at: number;
  readonly ranked: readonly RankedRow[];
  /** Passed, but by a margin wider than a board allows. */
  readonly wide: readonly WideRow[];
  /** Passed, but let users wait longer than the workload's latency objective. */
  readonly late: readonly TimedRow[];
  /** Passed, and claims no speed as a technique is emulated. */
  readonly held: readonly Row[];
  readonly refused: readonly Row[];
  /** Stacks that passed, taken apart. */
  readonly compositions: readonly Composition[];
  /** The baseline against itself. */
  readonly noise?: TimedRow;
  /** Another engine with the baseline's weights: what a user would otherwise pick. */
  readonly peer?: TimedRow;
}

/**
 * All boards, the latest first; of each name in a scope the latest judged recording counts. `known`: every try there
 * was, where the boards are of fewer, so that none goes uncounted.
 */
export function boards(
  recordings: Iterable<Shelved>,
  known: readonly Try[] = [...recordings].map(tryOf),
): readonly Board[] {
  return foldAll(recordings, (one) => {
    const here = scopeOf(one);
    return known.filter(({ scope }) => scope === here);
  });
}

/** The boards of one scope, whose tries are known already; the latest first. */
export function boardsOf(current: Iterable<Shelved>, tried: readonly Try[]): readonly Board[] {
  return foldAll(current, () => tried);
}

function foldAll(
  recordings: Iterable<Shelved>,
  triedWith: (one: Recording) => readonly Try[],
): readonly Board[] {
  const groups = new Map<string, { scope: Scope; recordings: Shelved[] }>();
  for (const recording of recordings) {
    const { stamp: { hardware, model }, outcome: { trial } } = recording;
    for (const workload of trial.imported ? [] : trial.workloads) {
      const key = scopeKey({ hardware, model, suite: trial.suite, workload });
      const group = groups.get(key) ??
        { scope: { hardware, model, suite: trial.suite, workload }, recordings: [] };
      group.recordings.push(recording);
      groups.set(key, group);
    }
  }
  return [...groups].map(([key, { scope, recordings }]) =>
    fold(key, scope, recordings, triedWith(recordings[0]!))
  ).sort((a, b) => b.at - a.at);
}

/** A stack taken apart, by workload, among the recordings of its scope; empty for what is none or was tried again since. */
export function apartOf(
  { id }: Recording,
  scope: readonly Recording[],
): Readonly<Record<string, Composition>> {
  const found = boards(scope).flatMap(({ scope: { workload }, compositions }) =>
    compositions.filter((one) => one.id === id).map((one) => [workload, one] as const)
  );
  return Object.fromEntries(found);
}

function fold(
  key: string,
  scope: Scope,
  recordings: readonly Shelved[],
  tried: readonly Try[],
): Board {
  const timed: TimedRow[] = [];
  const wide: WideRow[] = [];
  const late: TimedRow[] = [];
  const held: Row[] = [];
  const refused: Row[] = [];
  let noise: TimedRow | undefined;
  let peer: TimedRow | undefined;
  const current = latest(recordings);
  for (const recording of current) {
    const row = rowOf(recording, triesOf(recording, tried));
    const figures = figuresOf(recording, scope.workload);
    if (row.kind === "held") held.push(row);
    else if (figures === undefined) refused.push(row);
    else if (row.name === AGAIN) noise = { ...row, figures };
    else if (!isTechnique(row)) peer = { ...row, figures };
    else if (widerIn(recording).length > 0) wide.push({ ...row, figures, wider: widerIn(recording) });
    else if (!isInTime(figures)) late.push({ ...row, figures });
    else timed.push({ ...row, figures });
  }
  const at = Math.max(...recordings.map(({ stamp }) => stamp.at));
  return {
    key,
    scope,
    at,
    ranked: rank(timed),
    wide,
    late,
    held,
    refused,
    compositions: compositions(current, scope.workload),
    ...(noise === undefined ? {} : { noise }),
    ...(peer === undefined ? {} : { peer }),
  };
}

/** The baseline again and the peer engine are there to compare with: they fold no technique. */
export const isTechnique = ({ techniques }: Pick<Row, "techniques">): boolean => techniques.length > 0;

/** Every row of a board that has figures: techniques by place, then what they are compared with. */
export const timedRows = ({ ranked, wide, late, peer, noise }: Board): readonly TimedRow[] =>
  [...ranked, ...wide, ...late, peer, noise].filter((row) => row !== undefined);

/** Whether a row is faster than the baseline and, where a peer engine ran beside it, than the peer too. */
export const gains = ({ claim, noise, overPeer = Infinity, overPeerInterval }: Figures): boolean =>
  claim === "faster" && (overPeerInterval?.low ?? overPeer) > 1 + noise;

/** Of each name the latest judged recording, else the latest of any kind. */
function latest(recordings: readonly Shelved[]): readonly Shelved[] {
  const names = Map.groupBy(recordings, ({ outcome }) => outcome.trial.name);
  return [...names.values()].map((all) => {
    const judged = all.filter(({ outcome: { kind } }) => kind !== "void" && kind !== "skipped");
    return (judged.length > 0 ? judged : all).reduce((a, b) => b.stamp.at >= a.stamp.at ? b : a);
  });
}

function rowOf({ id, stamp, outcome, origin }: Shelved, tried: Tries): Row {
  const { techniques } = outcome.trial;
  const worst = worstCheck(outcome);
  const likelihood = likelihoodOf(outcome);
  const { weights } = "weights" in outcome ? outcome : {};
  return {
    id,
    name: outcome.trial.name,
    techniques: techniques.map(({ name }) => name),
    slots: [...new Set(techniques.map(({ slot }) => slot))],
    bottlenecks: [...new Set(techniques.map(({ bottleneck }) => bottleneck))],
    ...(techniques.length === 0
      ? {}
      : { claim: techniques.every(({ claim }) => claim === "identical") ? "identical" : "equivalent" }),
    kind: outcome.kind,
    at: stamp.at,
    tried,
    ...(worst === undefined ? {} : { worst: { ...worst, samples: [] } }),
    ...(weights === undefined ? {} : { weights: { base: weights.base, candidate: weights.candidate } }),
    ...(likelihood === undefined ? {} : { likelihood: { ...likelihood, samples: [] } }),
    ...(origin === undefined ? {} : { origin }),
    ...("reason" in outcome ? { reason: outcome.reason } : {}),
  };
}

function figuresOf({ outcome }: Recording, workload: string): Figures | undefined {
  if (outcome.kind !== "recorded") return undefined;
  const found = outcome.speed.workloads.find((entry) => entry.workload === workload);
  if (found === undefined) return undefined;
  const { blocks: _, ...figures } = found;
  return figures;
}

function widerIn({ outcome }: Recording): WideRow["wider"] {
  const checks = "verdict" in outcome ? outcome.verdict.checks.filter(isWideCheck) : [];
  return checks.map(({ eval: of, metric, unit, allowed }) => ({
    eval: of,
    metric,
    unit,
    ...(allowed === undefined ? {} : { allowed }),
  }));
}

/** Whether the baseline against itself holds 1x; where it does not, the machine changed while it was timed. */
export const isSteady = ({ ratio: { interval } }: Pick<Figures, "ratio">): boolean =>
  interval.low <= 1 && interval.high >= 1;

/** Fastest first; a row shares the place of the first row of its group where the two cannot be told apart. */
function rank(rows: readonly TimedRow[]): readonly RankedRow[] {
  const sorted = rows.toSorted((a, b) => b.figures.ratio.estimate - a.figures.ratio.estimate);
  const places: number[] = [];
  let leader = 0;
  sorted.forEach((row, i) => {
    if (i > 0 && !inseparable(sorted[leader]!.figures, row.figures)) leader = i;
    places.push(leader + 1);
  });
  return sorted.map((row, i) => {
    const place = places[i]!;
    return { ...row, place, tied: places.filter((other) => other === place).length > 1 };
  });
}

/**
 * Whether the interval of the quotient of two ratios contains 1, or the quotient lies within the noise. Both ratios
 * were measured apart, so their log half-widths add in squares.
 */
function inseparable(leader: Figures, row: Figures): boolean {
  const distance = Math.log(leader.ratio.estimate / row.ratio.estimate);
  const below = Math.log(leader.ratio.estimate / leader.ratio.interval.low);
  const above = Math.log(row.ratio.interval.high / row.ratio.estimate);
  return distance <= Math.max(Math.hypot(below, above), Math.log1p(Math.max(leader.noise, row.noise)));
}
