/**
 * How often the gate refuses what has no loss. The default model is its own candidate: the same weights asked in
 * batches, in chunks, with guesses, on a warm cache, on one thread; at 32 and at 8 bits, over several draws of the
 * samples. Each trial is judged by the whole quiet gate, as its technique claims. Every refusal is a false one.
 *
 * Keeps each trial as it comes and goes on where it was; `--fresh` begins anew. `--eval NAME` asks one eval again, after
 * a change to it, and keeps what the others said. About half an hour on two quiet cores:
 * deno run -A tests/bench/calibration.ts
 */
import { parseArgs } from "@std/cli";
import {
  bench,
  continuousBatching,
  defaultModel,
  dense,
  type Engine,
  mtBench,
  oneAtATime,
  onnxEngine,
  type Outcome,
  plain,
  plan,
  type Planned,
  prefixCache,
  promptLookup,
  quotedContext,
  roundToNearest,
  sampled,
  served,
  type Stack,
  type Suite,
  systemClock,
  tokenMatch,
  versions,
  wikiText,
} from "../../mod.ts";

const { eval: only, fresh } = parseArgs(Deno.args, { string: ["eval"], boolean: ["fresh"] });
/** Draws of the samples: 8 bits round more, so more is to be learned there. */
const SEEDS = { f32: 2, int8: 4 };
const THREADS = 2;
const FILE = new URL("calibration.json", import.meta.url);

/** One trial: `failed` names the checks that refused it. */
interface Trial {
  readonly precision: string;
  readonly seed: number;
  readonly way: string;
  readonly outcome: Outcome["kind"];
  readonly failed: readonly string[];
}

const many = continuousBatching({ sequences: 16, rows: 512 });

const suite = (seed: number): Suite => ({
  name: `calibration ${seed}`,
  summary: "the same weights asked in other ways",
  candidates: {
    "batches of many": [many],
    "batches of two": [continuousBatching({ sequences: 2, rows: 64 })],
    "chunks of 32 rows": [continuousBatching({ sequences: 4, rows: 32 })],
    "chunks of 7 rows": [continuousBatching({ sequences: 4, rows: 7 })],
    "guessed rows": [promptLookup()],
    "guessed rows in batches": [promptLookup(), many],
    "warm cache": [prefixCache()],
    "warm cache in batches": [prefixCache(), many],
    "all of them": [prefixCache(), promptLookup(), many],
  },
  evals: [
    tokenMatch(quotedContext, { count: 5, tokens: 20 }),
    tokenMatch(mtBench, { count: 5, tokens: 20 }),
    served(wikiText, { count: 8, tokens: 24 }),
    sampled(mtBench, { count: 5, draws: 8, tokens: 3 }),
  ].filter(({ name }) => only === undefined || name === only) as Suite["evals"],
  workloads: [],
  pairs: 2,
  seed,
});

const known: Trial[] = fresh ? [] : [...(JSON.parse(await Deno.readTextFile(FILE)).rows ?? [])];
const model = await defaultModel();
const engine = onnxEngine({ backend: "native", threads: THREADS });
const single = onnxEngine({ backend: "native", threads: 1 });
const f32: Stack = { model, cache: dense(), decoder: plain, scheduler: oneAtATime };
const int8 = await roundToNearest({ bits: 8, block: 64, symmetric: false }).transform(f32);

for (const [precision, baseline] of [["f32", f32], ["int8", int8]] as const) {
  for (let seed = 1; seed <= SEEDS[precision]; seed++) {
    const config = { suite: suite(seed), engine, baseline, alike: [single] };
    const all = [...await plan(config)];
    const rows = [...all.slice(1), oneThread(all[0]!, single, config.suite)]
      .filter(({ trial: { name } }) =>
        only !== undefined || !known.some((one) => is(one, precision, seed, name))
      );
    const ledger = { done: () => undefined, tries: () => 0 };
    for await (const { outcome } of bench(config, ledger, ({ row, stage }) => status(row, stage), rows)) {
      keep(precision, seed, outcome);
      await write();
    }
  }
}
await write();

/** Puts a trial beside the others, or what one eval said in place of what it said before. */
function keep(precision: string, seed: number, outcome: Outcome): void {
  const way = outcome.trial.name;
  const at = known.findIndex((one) => is(one, precision, seed, way));
  const others = (known[at]?.failed ?? []).filter((what) =>
    only !== undefined && !what.includes(` of ${only}:`)
  );
  const failed = [...others, ...failures(outcome)];
  const kind = failed.length === 0 ? "recorded" : outcome.kind === "recorded" ? "rejected" : outcome.kind;
  known.splice(at < 0 ? known.length : at, 1, { precision, seed, way, outcome: kind, failed });
}

function is(one: Trial, precision: string, seed: number, way: string): boolean {
  return one.precision === precision && one.seed === seed && one.way === way;
}

/** The baseline's own row on another number of threads, judged as identical like the others. */
function oneThread(row: Planned, engine: Engine, { evals }: Suite): Planned {
  const steps = row.steps.map((step) => ({ ...step, claim: "identical" as const, evals }));
  return { ...row, engine, steps, trial: { ...row.trial, name: "one thread" } };
}

function failures(outcome: Outcome): readonly string[] {
  if ("reason" in outcome) return [outcome.reason];
  return outcome.verdict.checks.filter(({ decision }) => decision === "fail" || decision === "unsure")
    .map((check) => `${check.metric} of ${check.eval}: ${check.decision}`);
}

function status(row: string, stage: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${known.length} trials, ${row}: ${stage}`));
}

async function write(): Promise<void> {
  const refused = known.filter(({ failed }) => failed.length > 0).length;
  const { cpu, cores, memoryGiB, os, arch } = await engine.hardware();
  const result = {
    date: new Date(systemClock.now()).toISOString().slice(0, 10),
    machine: `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${os} ${arch}`,
    versions: versions(),
    model: model.name,
    trials: known.length,
    refused,
    upper95: upperBound(refused, known.length),
    rows: known,
  };
  await Deno.writeTextFile(FILE, `${JSON.stringify(result, null, 2)}\n`);
}

/** The exact one-sided upper 95 % bound of a share (Clopper and Pearson, 1934), by bisection. */
function upperBound(found: number, n: number): number {
  let [low, high] = [found / n, 1];
  for (let i = 0; i < 60; i++) {
    const p = (low + high) / 2;
    let [term, sum] = [(1 - p) ** n, 0];
    for (let k = 0; k <= found; k++) {
      sum += term;
      term *= (n - k) / (k + 1) * p / (1 - p);
    }
    if (sum > 0.05) low = p;
    else high = p;
  }
  return high;
}
