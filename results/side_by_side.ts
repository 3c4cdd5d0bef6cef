/** Two recordings sample by sample: what the candidate of one answered beside the candidate of the other. */
import {
  type Check,
  type Difference,
  estimate,
  kindOf,
  type PairedSample,
  quotient,
  type WorkloadSpeed,
} from "../evals/mod.ts";
import { plural, times, timesInterval } from "./figures.ts";
import { gainSign } from "./flips.ts";
import type { Recording } from "./recording.ts";

export interface SideBySide {
  readonly a: Recording;
  readonly b: Recording;
  /** What keeps them from being of one kind, in sentences. */
  readonly unlike: readonly string[];
  /** Metrics of both, reported: `base` is a's candidate, `candidate` b's; the samples are those that both were asked. */
  readonly checks: readonly Check[];
  /** Samples that only one of them was asked, by metric, in sentences. */
  readonly alone: readonly string[];
  readonly speeds: readonly SpeedBeside[];
}

/** Both over baselines of their own: never in turn with each other. */
export interface SpeedBeside {
  readonly workload: string;
  readonly a: WorkloadSpeed["ratio"];
  readonly b: WorkloadSpeed["ratio"];
  /** b over a. */
  readonly ratio: WorkloadSpeed["ratio"];
}

/** Lays b beside a. */
export function sideBySide(a: Recording, b: Recording): SideBySide {
  const [ours, theirs] = [checksOf(a), checksOf(b)];
  const both = ours.flatMap((one) => {
    const other = theirs.find((check) => keyOf(check) === keyOf(one));
    return other === undefined || one.rule === "law" ? [] : [{ one, other }];
  }).filter(({ one }) => sameQuestions(a, b, one.eval));
  const sameMachine = a.stamp.hardware.id === b.stamp.hardware.id;
  return {
    a,
    b,
    unlike: unlike(a, b),
    checks: both.flatMap(({ one, other }) => beside(one, other)),
    alone: both.flatMap(({ one, other }) => alone(one, other)),
    speeds: sameMachine ? speeds(a, b) : [],
  };
}

const checksOf = ({ outcome }: Recording): readonly Check[] =>
  "verdict" in outcome ? outcome.verdict.checks : [];

const keyOf = ({ eval: name, metric, when }: Check) => JSON.stringify([name, metric, when]);

/** Whether an eval was asked on the same data; what is asked under load has data of its workload. */
function sameQuestions({ outcome: a }: Recording, { outcome: b }: Recording, name: string): boolean {
  const of = ({ evals }: typeof a.trial) => evals.find((one) => one.name === name)?.digest;
  return of(a.trial) === of(b.trial);
}

function unlike(a: Recording, b: Recording): readonly string[] {
  const both = <T>(of: (one: Recording) => T) => [of(a), of(b)] as const;
  const said: string[] = [];
  const [model, otherModel] = both(({ stamp }) => stamp.model);
  if (model.digest !== otherModel.digest) {
    said.push(`They are of different models: ${model.name} and ${otherModel.name}.`);
  }
  const [machine, otherMachine] = both(({ stamp }) => stamp.hardware.id);
  if (machine !== otherMachine) said.push("They are of different machines, so no speeds are compared.");
  const versions = Object.keys({ ...a.stamp.versions, ...b.stamp.versions }).flatMap((name) => {
    const [one, other] = both(({ stamp }) => stamp.versions[name] ?? "none");
    return one === other ? [] : [`${name} ${one} and ${other}`];
  });
  if (versions.length > 0) said.push(`Their versions differ: ${versions.join(", ")}.`);
  const odd = a.outcome.trial.evals.filter(({ name }) =>
    b.outcome.trial.evals.some((other) => other.name === name) && !sameQuestions(a, b, name)
  );
  if (odd.length > 0) {
    said.push(`Other questions were asked of ${odd.map(({ name }) => name).join(", ")}: not compared.`);
  }
  return said;
}

function beside(one: Check, other: Check): readonly Check[] {
  const theirs = new Map(other.samples.map((sample) => [sample.id, sample]));
  const samples = one.samples.flatMap((sample) => {
    const match = theirs.get(sample.id);
    return match === undefined ? [] : [paired(sample, match)];
  });
  if (samples.length === 0) return [];
  const sign = gainSign(one) || gainSign(other);
  const differences = samples.map(({ cluster, weight, base, candidate }): Difference => ({
    cluster,
    weight,
    difference: sign * (base - candidate),
  }));
  const { mean, interval, clusters } = estimate(differences, kindOf(samples));
  const total = samples.reduce((sum, { weight }) => sum + weight, 0);
  const level = (of: "base" | "candidate") =>
    samples.reduce((sum, sample) => sum + sample.weight * sample[of], 0) / total;
  return [{
    eval: one.eval,
    metric: one.metric,
    unit: one.unit,
    rule: one.rule,
    ...(one.eitherWay ? { eitherWay: true } : {}),
    when: one.when,
    against: "",
    n: samples.length,
    clusters,
    base: level("base"),
    candidate: level("candidate"),
    loss: mean,
    interval,
    samples,
  }];
}

/** An answer that is not kept is that of the stack beneath, which is kept where the other one differs from it. */
function paired(one: PairedSample, other: PairedSample): PairedSample {
  const { id, cluster, weight } = one;
  const shown = one.shown ?? other.shown;
  const [a, b] = [one.shown?.candidate ?? shown?.base, other.shown?.candidate ?? shown?.base];
  return {
    id,
    cluster,
    weight,
    base: one.candidate,
    candidate: other.candidate,
    ...(shown !== undefined && a !== b ? { shown: { prompt: shown.prompt, base: a!, candidate: b! } } : {}),
  };
}

function alone(one: Check, other: Check): readonly string[] {
  const known = (check: Check) => new Set(check.samples.map(({ id }) => id));
  const [ours, theirs] = [known(one), known(other)];
  const left = ours.symmetricDifference(theirs).size;
  return left === 0 ? [] : [`${one.metric} of ${one.eval}: ${plural(left, "sample")} of one only, left out.`];
}

function speeds({ outcome: a }: Recording, { outcome: b }: Recording): readonly SpeedBeside[] {
  if (a.kind !== "recorded" || b.kind !== "recorded") return [];
  return a.speed.workloads.flatMap(({ workload, ratio }) => {
    const other = b.speed.workloads.find((one) => one.workload === workload)?.ratio;
    return other === undefined ? [] : [{ workload, a: ratio, b: other, ratio: quotient(other, ratio) }];
  });
}

/** One speed in words. */
export function saidSpeed({ workload, a, b, ratio }: SpeedBeside): string {
  const one = ({ estimate, interval }: WorkloadSpeed["ratio"]) =>
    `${times(estimate)} ${timesInterval(interval)}`;
  return `${workload}: ${one(a)} and ${one(b)} of a baseline each; B over A ${
    one(ratio)
  }, never timed in turn.`;
}
