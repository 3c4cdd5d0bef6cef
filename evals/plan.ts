/**
 * The plan of a run: for each candidate the comparisons that verify it. Each technique's claim is verified against
 * the stack beneath it, and a composition against the baseline too. A changed slot that no eval sees is blind: the
 * candidate is void before it runs.
 */
import {
  changed,
  type Digest,
  digest,
  type Engine,
  parts,
  type SlotName,
  type Stack,
  UserError,
} from "../engine/mod.ts";
import type { Dataset, Sample, Workload } from "../datasets/mod.ts";
import { type Claim, compose, type Technique } from "../techniques/mod.ts";
import { judges as ofClaim } from "./checks.ts";
import { codeOf } from "./code.ts";
import { isJudged } from "./compare.ts";
import { asked, type Eval, type Metric } from "./eval.ts";
import type { Trial } from "./outcome.ts";
import { checkCalibration } from "./overlap.ts";
import type { Bench } from "./suite.ts";
import { fewest } from "./tango.ts";

/** One comparison: `candidate` beside `base` by these evals. */
export interface Step {
  readonly base: Stack;
  readonly candidate: Stack;
  /** Name of the stack beneath, or "baseline". */
  readonly against: string;
  /** What the evals judge; absent: either claim. */
  readonly claim?: Claim;
  readonly evals: readonly Eval[];
}

export interface Planned {
  readonly trial: Trial;
  readonly candidate: Stack;
  readonly techniques: readonly Technique[];
  readonly engine: Engine;
  readonly steps: readonly Step[];
  /** Why it cannot be judged at all. */
  readonly blind?: string;
}

/** The name of the row in which the baseline is its own candidate. */
export const AGAIN = "baseline again";

/**
 * Plans every candidate of a suite: the baseline against itself first, then the peer engine, then the techniques.
 * @throws {UserError} for an eval that can never pass, and a technique that is calibrated on what it is measured on.
 */
export async function plan(bench: Bench): Promise<readonly Planned[]> {
  const { suite, baseline, engine, peer } = bench;
  const rows: Planned[] = [];
  for (const e of suite.evals) checkSize(e);
  await checkCalibration(suite);
  const step = { base: baseline, candidate: baseline, against: "baseline" };
  const sharp = suite.evals.filter((e) => !e.streamed && (judged(e, "identical") || isLikelihood(e)));
  const evals = sharp.some((e) => judged(e, undefined)) ? sharp : suite.evals;
  rows.push(await planned(bench, AGAIN, engine, [], baseline, [{ ...step, evals }]));
  if (peer) {
    // Another engine tells tokens and no more.
    const claim = "identical" as const;
    const evals = suite.evals.filter((e) => e.greedy && judged(e, claim));
    if (evals.length > 0) {
      rows.push(await planned(bench, peer.name, peer, [], baseline, [{ ...step, claim, evals }]));
    }
  }
  for (const [name, techniques] of Object.entries(suite.candidates)) {
    const stacks = await compose(baseline, techniques);
    const steps = stepsOf(suite.evals, stacks, techniques);
    const blind = whyBlind(steps, techniques);
    const row = await planned(bench, name, engine, techniques, stacks.at(-1)!, steps);
    rows.push(blind === undefined ? row : { ...row, blind });
  }
  return rows;
}

/** One step a technique, and one for the whole where it asks what no single step has asked. */
function stepsOf(
  evals: readonly Eval[],
  stacks: readonly Stack[],
  techniques: readonly Technique[],
): readonly Step[] {
  const fitting = (base: Stack, candidate: Stack, claim: Claim) => {
    const slots = changed(base, candidate);
    return evals.filter((e) => judges(e, claim) && slots.some((slot) => e.sees.includes(slot)));
  };
  const steps = techniques.map(({ claim }, i): Step => ({
    base: stacks[i]!,
    candidate: stacks[i + 1]!,
    against: i === 0 ? "baseline" : techniques.slice(0, i).map((t) => t.name).join(" + "),
    claim,
    evals: fitting(stacks[i]!, stacks[i + 1]!, claim),
  }));
  const [base, candidate] = [stacks[0]!, stacks.at(-1)!];
  const claim = techniques.every((one) => one.claim === "identical") ? "identical" : "equivalent";
  const whole = fitting(base, candidate, claim).filter((e) =>
    !steps.some((step) =>
      step.claim === claim && step.evals.includes(e) && asked(e, step.base) === asked(e, base) &&
      asked(e, step.candidate) === asked(e, candidate)
    )
  );
  return whole.length === 0
    ? steps
    : [...steps, { base, candidate, against: "baseline", claim, evals: whole }];
}

/** Why the steps cannot judge the techniques, in words. */
function whyBlind(steps: readonly Step[], techniques: readonly Technique[]): string | undefined {
  for (const [i, { name }] of techniques.entries()) {
    const { base, candidate } = steps[i]!;
    const slots = changed(base, candidate);
    if (slots.length === 0) return `${name} leaves the stack beneath it as it was`;
    const unseen = slots.find((slot) => !seen(slot, steps[i]!));
    if (unseen !== undefined) return `no configured eval that is judged sees the ${unseen} slot`;
  }
  return undefined;
}

function seen(slot: SlotName, { evals, claim }: Step): boolean {
  return evals.some((e) => e.sees.includes(slot) && judged(e, claim));
}

/** Whether an eval has anything to say of a claim. */
const judges = (e: Eval, claim: Claim) =>
  e.metrics.some((metric) => isJudged(metric) && ofClaim(metric, claim));

/** Whether it can bear a claim out: guards, laws and audits show what is wrong, and never that all is right. */
function judged(e: Eval, claim: Claim | undefined): boolean {
  const bears = ({ rule = "margin", allowed }: Metric) =>
    claim === "identical" ? rule === "exact" : rule === "margin" && allowed !== undefined;
  return e.metrics.some((metric) => bears(metric) && ofClaim(metric, claim));
}

/** The evals that show the noise of the baseline most sharply: a difference in any token's likelihood counts. */
function isLikelihood(e: Eval): boolean {
  return e.metrics.some((metric) => metric.unit === "nats/token" && metric.allowed !== undefined);
}

/** @throws {UserError} when not even samples without one flip, or a baseline without one mistake, could show what a margin asks. */
function checkSize({ name, count, metrics }: Eval): void {
  for (const { name: metric, rule = "margin", unit, allowed, chance } of metrics) {
    if (rule !== "margin" || unit !== "fraction" || allowed === undefined || chance === undefined) continue;
    const least = chance + 3 * allowed;
    if (least < 1) continue;
    throw new UserError(
      `Cannot judge ${metric} of ${name} as a baseline must stand three margins above chance, which has to leave room below 1: found ${chance} and three times ${allowed}.`,
    );
  }
  for (const { metric, needed } of metrics.map((metric) => ({ metric, needed: fewestOf(metric) }))) {
    if (count >= needed) continue;
    throw new UserError(
      `Cannot judge ${metric.name} of ${name} as a loss of at most ${metric.allowed} takes at least ${needed} samples to show: found ${count}.`,
    );
  }
}

function fewestOf({ unit, rule = "margin", allowed }: Metric): number {
  return unit === "fraction" && rule === "margin" && allowed !== undefined && allowed > 0
    ? fewest(allowed)
    : 2;
}

async function planned(
  { suite, baseline, untilDecided }: Bench,
  name: string,
  engine: Engine,
  techniques: readonly Technique[],
  candidate: Stack,
  steps: readonly Step[],
): Promise<Planned> {
  const used = [...new Set(steps.flatMap((step) => step.evals))];
  const fields = {
    suite: suite.name,
    name,
    engine: engine.name,
    base: parts(baseline),
    candidate: parts(candidate),
    techniques: techniques.map(({ name, slot, claim, bottleneck, summary, source, emulated }) => ({
      name,
      slot,
      claim,
      bottleneck,
      summary,
      source,
      ...(emulated === undefined ? {} : { emulated }),
    })),
    evals: used.map(({ name, dataset, count }) => ({
      name,
      dataset: dataset.name,
      digest: dataset.digest,
      count,
    })),
    workloads: suite.workloads.map((workload) => workload.name),
    seed: suite.seed,
  };
  const id = await digest({
    ...fields,
    code: await codeOf(candidate),
    techniques: techniques.map(({ name, slot, claim, emulated }) => ({
      name,
      slot,
      claim,
      ...(emulated === undefined ? {} : { emulated: true }),
    })),
    evals: used.map(({ name, dataset, count, params = {}, metrics }) => ({
      name,
      data: dataOf(dataset),
      count,
      params,
      metrics,
    })),
    pairs: suite.pairs,
    ...(untilDecided ? { untilDecided } : {}),
    workloads: suite.workloads.map(loadOf),
  });
  const loads = suite.workloads.map(async (one) => [one.name, await loadKey(one)] as const);
  const trial = { id, ...fields, loads: Object.fromEntries(await Promise.all(loads)) };
  return { trial, candidate, techniques, engine, steps };
}

/** Of all that decides which requests a workload sends, and when. */
export function loadKey({ name, arrival, requests, maxTokens, seed, prompts }: Workload): Promise<Digest> {
  return digest({ name, arrival, requests, maxTokens, seed, prompts: dataOf(prompts) });
}

function loadOf({ name, arrival, requests, maxTokens, seed, objective, repeats, prompts }: Workload) {
  return { name, arrival, requests, maxTokens, seed, objective, repeats, prompts: dataOf(prompts) };
}

/** A data set may be built from another's file, so its digest alone does not name its samples. */
function dataOf({ name, version, digest }: Dataset<Sample>) {
  return { name, version, digest };
}
