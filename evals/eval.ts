/** An eval asks a session and grades each answer beside the answer of the stack beneath, so comparison is paired. */
import {
  canonical,
  identity,
  type Json,
  type Session,
  type SlotName,
  type Stack,
  UserError,
} from "../engine/mod.ts";
import type { Dataset, Sample } from "../datasets/mod.ts";
import type { Claim } from "../techniques/mod.ts";
import type { Work } from "./estimate.ts";
import type { Noise } from "./noise.ts";
import type { Unit } from "./outcome.ts";

/** One number per sample and metric. `weight`: how many units (tokens) it averages over; 1 where absent. */
export interface Grade {
  readonly value: number;
  readonly weight?: number;
  /** The values it averages, where their tail or their law matters (one a token). */
  readonly parts?: readonly number[];
  /** The same number over parts of the sample, e.g. by position: each is a slice of the check. */
  readonly slices?: Readonly<Record<string, { readonly value: number; readonly weight: number }>>;
}

/**
 * How a metric decides. "margin": the loss must be shown to lie within `allowed` (non-inferiority). "guard": the loss
 * must not be shown to lie beyond it; for tails and audits, whose samples are too few to show more. "exact": not one
 * breach. "law": the parts must be uniform on [0, 1), as draws are when put through their own distribution function.
 */
export type Rule = "margin" | "guard" | "exact" | "law";

/**
 * What is compared. `better`: which direction is good. `allowed`: the largest loss that passes, in the metric's
 * unit; a metric by margin without it is reported, not judged.
 */
export interface Metric {
  readonly name: string;
  readonly unit: Unit;
  /** "same": for guards against a change in either direction. */
  readonly better: "higher" | "lower" | "same";
  readonly allowed?: number;
  /** Absent: "margin". */
  readonly rule?: Rule;
  /** The claim that it judges; absent: either. */
  readonly claim?: Claim;
  /** The score of guessing: a baseline not clearly above it cannot carry a pass. */
  readonly chance?: number;
}

export interface Eval<S extends Sample = Sample, A = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly dataset: Dataset<S>;
  /** Samples asked, a fixed draw from the data set. */
  readonly count: number;
  /** What else changes the questions, e.g. the tokens read of each sample; a run with other values is another trial. */
  readonly params?: Readonly<Record<string, Json>>;
  /** The slots whose faults this eval can see. */
  readonly sees: readonly SlotName[];
  readonly metrics: readonly Metric[];
  /** Answers may come in any order of samples; each is keyed by its sample's id. */
  ask(session: Session, samples: readonly S[]): AsyncIterable<Answered<A>>;
  /**
   * Keyed by metric name. `reference`: the answer of the stack beneath to the same sample; `noise`: what rounding
   * alone does to that stack's answers, where the eval has them.
   */
  grade(answer: A, sample: S, reference: A, noise?: Noise): Readonly<Record<string, Grade>>;
  /** The rounding noise that shows between a stack's answers and the same stack's when asked in another way. */
  noiseOf?(answer: A, reference: A): Noise;
  /** Tokens that one sample has a stack read and write, about. */
  work(sample: S): Work;
  /** The answer in a few words for people, e.g. the chosen continuation. */
  show(answer: A, sample: S): string;
  /** Answers too large to keep: both stacks are asked side by side and answers are dropped once graded. */
  readonly streamed?: boolean;
  /** Whether greedy tokens are all that it asks, which another engine can tell too. */
  readonly greedy?: boolean;
}

export interface Answered<A> {
  readonly id: string;
  readonly answer: A;
}

/** @throws {UserError} where what an eval should be judged by is none of its metrics, in a file that no compiler saw. */
export function checkJudged(judged: string, metrics: readonly string[], dataset: string): void {
  if (metrics.includes(judged)) return;
  throw new UserError(
    `Cannot judge ${dataset} by ${judged} as it must be ${metrics.join(" or ")}.`,
  );
}

/**
 * What an eval asks of a stack, as text: equal for stacks that differ only where it cannot see. How many samples it
 * asks is left out: more of them are the same questions and some more.
 */
export function asked({ name, dataset, params = {}, sees }: Eval, stack: Stack): string {
  const seen = identity(stack, [...new Set(["model" as const, ...sees])]);
  return canonical({ name, dataset: dataset.name, params, seen } as unknown as Json);
}
