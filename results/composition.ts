/**
 * The composition ledger: what a stack gains beside what its members gain alone, and what each member gains and costs
 * among the others, by leaving it out. Everything comes from rows that ran and passed; what is missing is said.
 * Each row is a race of its own, so the widths of their log ratios add in squares.
 */
import { canonical, type Digest, type Json, type SlotName, SLOTS } from "../engine/mod.ts";
import type { Check, Outcome, Trial } from "../evals/mod.ts";
import type { Recording } from "./recording.ts";
import { marginUsed } from "./worst.ts";

/** A ratio of tokens per second with its interval. */
export interface Gain {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface Member {
  readonly name: string;
  /** Alone, over the baseline. */
  readonly single?: Gain;
  /** The stack over the stack without it. */
  readonly marginal?: Gain;
  /** What the stack without it loses on the stack's check; 0 where the others all claim identical output. */
  readonly lossWithout?: number;
}

export interface Composition {
  /** Of the stack's recording. */
  readonly id: Digest;
  readonly name: string;
  readonly measured: Gain;
  /** The product of the single gains. */
  readonly predicted?: Gain;
  /** Measured over predicted. */
  readonly interaction?: Gain;
  /** The stack's check nearest to its margin, without its samples. */
  readonly check?: Check;
  readonly members: readonly Member[];
  /** What has not run, was refused or was not asked, each in a clause. */
  readonly missing: readonly string[];
}

/** The ledger of a workload over the current recordings of one scope, the tallest stacks first. */
export function compositions(recordings: readonly Recording[], workload: string): readonly Composition[] {
  return recordings
    .filter(({ outcome }) => outcome.trial.techniques.length > 1 && gainOf(outcome, workload) !== undefined)
    .toSorted((a, b) => b.outcome.trial.techniques.length - a.outcome.trial.techniques.length)
    .map((stack) => takeApart(stack, recordings.map(({ outcome }) => outcome), workload));
}

function takeApart({ id, outcome }: Recording, rows: readonly Outcome[], workload: string): Composition {
  const { trial } = outcome;
  const missing: string[] = [];
  const measured = gainOf(outcome, workload)!;
  const check = worstMargin(outcome);
  const members = trial.techniques.map(({ name }, i): Member => {
    const alone = find(rows, trial, [name]);
    const others = trial.techniques.filter((_, j) => j !== i);
    const rest = find(rows, trial, others.map((other) => other.name));
    const single = alone && gainOf(alone, workload);
    const without = rest && gainOf(rest, workload);
    if (single === undefined) missing.push(`${name} alone ${fate(alone)}`);
    if (without === undefined && others.length > 1) {
      missing.push(`${trial.name} without ${name} ${fate(rest)}`);
    }
    const lossWithout = check && without && lossOn(check, rest!);
    if (check && without && lossWithout === undefined) {
      missing.push(`${trial.name} without ${name} was not asked ${check.eval}`);
    }
    return {
      name,
      ...(single ? { single } : {}),
      ...(without ? { marginal: over(measured, without) } : {}),
      ...(lossWithout === undefined ? {} : { lossWithout }),
    };
  });
  const singles = members.flatMap(({ single }) => single ?? []);
  const predicted = singles.length === members.length ? product(singles) : undefined;
  return {
    id,
    name: trial.name,
    measured,
    ...(predicted ? { predicted, interaction: over(measured, predicted) } : {}),
    ...(check ? { check: { ...check, samples: [] } } : {}),
    members,
    missing,
  };
}

/** The row of these techniques in this order, if its parts are those of the stack; one that passed before others. */
function find(rows: readonly Outcome[], stack: Trial, names: readonly string[]): Outcome | undefined {
  const found = rows.filter(({ trial }) =>
    trial.techniques.length === names.length && trial.techniques.every(({ name }, i) => name === names[i]) &&
    SLOTS.every((slot) =>
      touching(trial, slot) !== touching(stack, slot) || part(trial, slot) === part(stack, slot)
    )
  );
  return found.find(passed) ?? found[0];
}

const touching = ({ techniques }: Trial, slot: SlotName) =>
  canonical(techniques.filter((technique) => technique.slot === slot).map(({ name }) => name));
const part = ({ candidate }: Trial, slot: SlotName) => canonical(candidate[slot] as unknown as Json);

function fate(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "has not run";
  return passed(outcome) ? "was not timed here" : "did not pass";
}

const passed = ({ kind }: Outcome) => kind === "recorded" || kind === "held";

function gainOf(outcome: Outcome, workload: string): Gain | undefined {
  if (outcome.kind !== "recorded") return undefined;
  const ratio = outcome.speed.workloads.find((speed) => speed.workload === workload)?.ratio;
  return ratio && { estimate: ratio.estimate, low: ratio.interval.low, high: ratio.interval.high };
}

function worstMargin(outcome: Outcome): Check | undefined {
  return onWhole(outcome)
    .filter(({ rule, allowed }) => rule === "margin" && allowed !== undefined)
    .toSorted((a, b) => marginUsed(b) - marginUsed(a))[0];
}

/** What a row loses on a check of another row; nothing where it was not asked and may differ. */
function lossOn(check: Check, row: Outcome): number | undefined {
  const found = onWhole(row).find((other) => keyOf(other) === keyOf(check));
  if (found) return found.loss;
  return row.trial.techniques.every(({ claim }) => claim === "identical") ? 0 : undefined;
}

/** The checks beside the baseline; of one that the first member's step and the whole were both asked, the whole's. */
function onWhole(outcome: Outcome): readonly Check[] {
  const checks = "verdict" in outcome ? outcome.verdict.checks : [];
  const beside = checks.filter(({ against }) => against === "baseline");
  return [...new Map(beside.map((check) => [keyOf(check), check])).values()];
}

const keyOf = ({ eval: asked, metric, when }: Check) => canonical([asked, metric, when]);

function product(gains: readonly Gain[]): Gain {
  const estimate = gains.reduce((all, gain) => all * gain.estimate, 1);
  const width = (bound: "low" | "high") =>
    Math.hypot(...gains.map((gain) => Math.log(gain[bound] / gain.estimate)));
  return { estimate, low: estimate / Math.exp(width("low")), high: estimate * Math.exp(width("high")) };
}

function over(gain: Gain, beneath: Gain): Gain {
  const inverse = { estimate: 1 / beneath.estimate, low: 1 / beneath.high, high: 1 / beneath.low };
  return product([gain, inverse]);
}
