/**
 * The plan of a run: for each candidate the comparisons that verify it. Each technique's claim is verified against
 * the stack beneath it, and a composition against the baseline too. A changed slot that no eval sees is blind: the
 * candidate is void before it runs.
 */
import { changed, digest, type Engine, parts, type SlotName, type Stack } from "../engine/mod.ts";
import { compose, type Technique } from "../techniques/mod.ts";
import type { Eval } from "./eval.ts";
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
    const steps = techniques.map((technique, i): Step => ({
      base: stacks[i]!,
      candidate: stacks[i + 1]!,
      against: i === 0 ? "baseline" : techniques.slice(0, i).map((t) => t.name).join(" + "),
      evals: suite.evals.filter((e) =>
        isExact(e) === (technique.claim === "identical") &&
        changed(stacks[i]!, stacks[i + 1]!).some((slot) => e.sees.includes(slot))
      ),
    }));
    const blind = steps.flatMap(({ base, candidate, evals }) =>
      changed(base, candidate).filter((slot) => !seen(slot, evals))
    );
    const row = await planned(bench, name, engine, techniques, stacks.at(-1)!, steps);
    rows.push(
      blind.length === 0
        ? row
        : { ...row, blind: `no configured eval that is judged sees the ${blind[0]} slot` },
    );
  }
  return rows;
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
  const id = await digest({ ...fields, pairs: suite.pairs, loads: suite.workloads.map(loadOf) });
  return { trial: { id, ...fields }, candidate, techniques, engine, steps };
}

function loadOf({ name, arrival, requests, maxTokens, seed, prompts }: Bench["suite"]["workloads"][number]) {
  return { name, arrival, requests, maxTokens, seed, prompts: prompts.digest };
}
