/**
 * Whether the head is slower than runs that were recorded before it, from one number a run: the logarithm of a row's
 * tokens/s over those of the baseline that was raced beside it in that run. What two evenings share with neither is so
 * left out, and what tells apart is how far runs of the same code differ, never how far the pairs within one do: runs
 * are the unit (Kalibera and Jones, Rigorous benchmarking in reasonable time, 2013, section 6). Their spread is pooled
 * over all that were recorded, about the level that each belongs to (change_points.ts), and the interval of the
 * difference is Student's t of the head's runs and those of its reference. A run of the head whose own pairs spread
 * further than runs ever did counts with that spread.
 *
 * Two bounds stand beside the interval, as in a race against a base (pace.ts): a difference under half the margin is
 * called none, and neither is one within the runner's noise floor, which is how far the baseline came to lie from
 * itself in the runs that raced it against itself (A/A): their true ratio is known, so it takes no mean.
 *
 * What slows a row and its baseline alike leaves their ratio as it was: see history.ts.
 */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { kindOf, type Pace } from "./pace.ts";

/** Logarithms of ratios, one a run. */
export interface Runs {
  readonly head: readonly number[];
  /** Those that the head is held against. */
  readonly reference: readonly number[];
  /** Every comparable run before the head's, by level. */
  readonly levels: readonly (readonly number[])[];
  /** The baseline over itself. */
  readonly again: readonly number[];
  /** Standard error of a run of the head, by its own pairs. */
  readonly within: number;
}

/** How far 95 % of runs of the baseline come to lie from themselves, as a logarithm; without bound where none ran. */
export function noiseFloor(again: readonly number[]): number {
  if (again.length === 0) return Infinity;
  const square = again.reduce((sum, log) => sum + log ** 2, 0) / again.length;
  return tQuantile(0.975, again.length) * Math.sqrt(square);
}

/** Runs beyond which nobody waits. */
const MOST_NEEDED = 1000;
/** Stands for no bound in what is kept as JSON. */
const UNBOUNDED = 1e9;

/** `margin`: the slowdown that matters; `tail`: the error that this comparison may have on either side. */
export function paceOfRuns(runs: Runs, margin: number, tail: number): Pace {
  const { head, reference, again } = runs;
  const { spread, freedom } = spreadOf([...runs.levels, head]);
  const [own, ofReference] = [Math.max(spread, runs.within), spread ** 2 / reference.length];
  const t = freedom < 1 ? Infinity : tQuantile(1 - tail, freedom);
  const mean = average(head) - average(reference);
  const reach = freedom < 1 ? Infinity : t * Math.sqrt(own ** 2 / head.length + ofReference);
  const [low, high] = [mean - reach, mean + reach];
  const slower = Math.log1p(-margin);
  const floor = noiseFloor(again);
  const found = kindOf(mean, low, high, margin);
  const kind = found === "same" || Math.abs(mean) > floor ? found : low > slower ? "same" : "unsure";
  const needed = runsNeeded(Math.max(-mean, mean - slower, -slower / 2) / t, own, ofReference);
  return {
    kind,
    ratio: {
      estimate: Math.exp(mean),
      interval: { low: Math.exp(low), high: Math.min(UNBOUNDED, Math.exp(high)), level: 1 - 2 * tail },
    },
    pairs: head.length,
    beside: {
      runs: reference.length,
      floor: Math.min(UNBOUNDED, Math.expm1(floor)),
      ...(kind === "unsure" && found !== kind ? { open: "noise" as const } : {}),
    },
    ...(kind === "unsure" && needed > head.length && needed < MOST_NEEDED ? { needed } : {}),
  };
}

/** How many runs of the head would bring the standard error down to `least`, if any number would. */
function runsNeeded(least: number, spread: number, ofReference: number): number {
  const left = least ** 2 - ofReference;
  return left > 0 ? Math.ceil(spread ** 2 / left) : Infinity;
}

function spreadOf(levels: readonly (readonly number[])[]) {
  const fitted = levels.filter(({ length }) => length > 0);
  const squares = fitted.flatMap((level) => level.map((log) => (log - average(level)) ** 2));
  const freedom = squares.length - fitted.length;
  const sum = squares.reduce((all, one) => all + one, 0);
  return { freedom, spread: freedom < 1 ? 0 : Math.sqrt(sum / freedom) };
}

const average = (logs: readonly number[]) => logs.reduce((sum, log) => sum + log, 0) / logs.length;
