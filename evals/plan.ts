/**
 * The plan of a run: for each candidate the comparisons that verify it. Each technique's claim is verified against
 * the stack beneath it, and a composition against the baseline too. A changed slot that no eval sees is blind: the
 * candidate is void before it runs.
 */
import { changed, digest, type Engine, parts, type SlotName, type Stack } from "../engine/mod.ts";
import type { Dataset, Sample, Workload } from "../datasets/mod.ts";
import { compose, type Technique } from "../techniques/mod.ts";
import { asked, type Eval } from "./eval.ts";
import type { Trial } from "./outcome.ts";
import type { Bench } from "./suite.ts";

/** One comparison: `candidate` beside `base` by these evals. */
export interface Step {
  readonly base: Stack;
  readonly candidate: Stack;
  /** Name of the stack beneath, or "baseline". */
  readonly against: string;
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

/** Plans every candidate of a suite: the baseline against itself first, then the peer engine, then the techniques. */
export async function plan(bench: Bench): Promise<readonly Planned[]> {
  const { suite, baseline, engine, peer } = bench;
  const rows: Planned[] = [];
  const step = (evals: readonly Eval[]): Step => ({
    base: baseline,
    candidate: baseline,
    against: "baseline",
    evals,
  });
  rows.push(
    await planned(bench, AGAIN, engine, [], baseline, [
      step(suite.evals.filter((e) => isExact(e) || isLikelihood(e))),
    ]),
  );
  if (peer) {
    rows.push(await planned(bench, peer.name, peer, [], baseline, [step(suite.evals.filter(isExact))]));
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
  const fitting = (base: Stack, candidate: Stack, identical: boolean) => {
    const slots = changed(base, candidate);
    return evals.filter((e) => isExact(e) === identical && slots.some((slot) => e.sees.includes(slot)));
  };
  const steps = techniques.map((technique, i): Step => ({
    base: stacks[i]!,
    candidate: stacks[i + 1]!,
    against: i === 0 ? "baseline" : techniques.slice(0, i).map((t) => t.name).join(" + "),
    evals: fitting(stacks[i]!, stacks[i + 1]!, technique.claim === "identical"),
  }));
  const [base, candidate] = [stacks[0]!, stacks.at(-1)!];
  const whole = fitting(base, candidate, techniques.every(({ claim }) => claim === "identical"))
    .filter((e) =>
      !steps.some((step) =>
        step.evals.includes(e) && asked(e, step.base) === asked(e, base) &&
        asked(e, step.candidate) === asked(e, candidate)
      )
    );
  return whole.length === 0 ? steps : [...steps, { base, candidate, against: "baseline", evals: whole }];
}

/** Why the steps cannot judge the techniques, in words. */
function whyBlind(steps: readonly Step[], techniques: readonly Technique[]): string | undefined {
  for (const [i, { name }] of techniques.entries()) {
    const { base, candidate, evals } = steps[i]!;
    const slots = changed(base, candidate);
    if (slots.length === 0) return `${name} leaves the stack beneath it as it was`;
    const unseen = slots.find((slot) => !seen(slot, evals));
    if (unseen !== undefined) return `no configured eval that is judged sees the ${unseen} slot`;
  }
  return undefined;
}

function seen(slot: SlotName, evals: readonly Eval[]): boolean {
  return evals.some((e) =>
    e.sees.includes(slot) && e.metrics.some((m) => m.exact || m.allowed !== undefined)
  );
}

/** The evals that show the noise of the baseline most sharply: a difference in any token's likelihood counts. */
function isLikelihood(e: Eval): boolean {
  return e.metrics.some((metric) => metric.unit === "nats/token" && metric.allowed !== undefined);
}

function isExact(e: Eval): boolean {
  return e.metrics.some((metric) => metric.exact);
}

async function planned(
  { suite, baseline }: Bench,
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
    techniques: techniques.map(({ name, slot, claim, bottleneck, summary, source }) => ({
      name,
      slot,
      claim,
      bottleneck,
      summary,
      source,
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
    techniques: techniques.map(({ name, slot, claim }) => ({ name, slot, claim })),
    evals: used.map(({ name, dataset, count, params = {}, metrics }) => ({
      name,
      data: dataOf(dataset),
      count,
      params,
      metrics,
    })),
    pairs: suite.pairs,
    workloads: suite.workloads.map(loadOf),
  });
  return { trial: { id, ...fields }, candidate, techniques, engine, steps };
}

/** Digests of the modules that the slots load: a technique whose file was edited is another one. */
async function codeOf(stack: Stack): Promise<readonly string[]> {
  const modules = [stack.cache, stack.decoder, stack.scheduler].map(({ module }) => module);
  return await Promise.all(
    modules.map(async (module) =>
      module.startsWith("file:") ? digest(await Deno.readTextFile(new URL(module))) : module
    ),
  );
}

function loadOf({ name, arrival, requests, maxTokens, seed, prompts }: Workload) {
  return { name, arrival, requests, maxTokens, seed, prompts: dataOf(prompts) };
}

/** A data set may be built from another's file, so its digest alone does not name its samples. */
function dataOf({ name, version, digest }: Dataset<Sample>) {
  return { name, version, digest };
}
