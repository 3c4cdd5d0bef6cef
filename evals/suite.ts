/** A suite is a typed value in one TypeScript file: what is tried, on which data, timed on which workloads. */
import type { Clock, Engine, Stack } from "../engine/mod.ts";
import type { Workload } from "../datasets/mod.ts";
import type { Technique } from "../techniques/mod.ts";
import type { Eval } from "./eval.ts";

export interface Suite {
  readonly name: string;
  readonly summary: string;
  /** Techniques folded over the baseline, by the name of the row. */
  readonly candidates: Readonly<Record<string, readonly Technique[]>>;
  /** Evals take different samples and answers, which only they themselves see. */
  // deno-lint-ignore no-explicit-any
  readonly evals: readonly Eval<any, any>[];
  readonly workloads: readonly Workload[];
  /** Pairs of timed blocks per workload; each pair is one block of either arm. */
  readonly pairs: number;
  readonly seed: number;
}

/** What a suite runs on: chosen by the caller, so that suites name no machine and no file. */
export interface Bench {
  readonly suite: Suite;
  readonly engine: Engine;
  readonly baseline: Stack;
  /** Another engine that runs the baseline's weights, timed beside it on every board. */
  readonly peer?: Engine;
  /** Engines that must answer as `engine` does but for rounding, e.g. on another number of threads. */
  readonly alike?: readonly Engine[];
  /** Asks more samples of an eval that is unsure, as long as its data set has more, under bounds that allow it. */
  readonly untilDecided?: boolean;
  /** The one that the engines' sessions read; the system's where absent. */
  readonly clock?: Clock;
}
