/** Files of two arms become one outcome: paired by document, judged like any trial, and marked as imported. */
import { digest, type Part, type SlotName, UserError } from "../../engine/mod.ts";
import { type Check, judge, type Outcome, type Trial } from "../../evals/mod.ts";
import { INSPECT_LOGS, readInspect } from "./inspect.ts";
import { LM_EVAL_SAMPLES, readLmEval } from "./lm_eval.ts";
import type { Log } from "./log.ts";
import { type Margins, pair } from "./pairing.ts";
import { readServed } from "./read_served.ts";
import { apart, type Served } from "./served.ts";
import { clean, fingerprint, listFiles } from "./source.ts";

/** What is imported: a folder or file of logs for each arm, and where both arms were timed, a file for each. */
export interface Import {
  readonly base: string;
  readonly candidate: string;
  readonly speed?: { readonly base: string; readonly candidate: string };
  readonly margins: Margins;
  readonly name?: string;
}

/** The outcome, and the baseline's log, which says what was run. @throws {UserError} */
export async function importOutcome(
  { base, candidate, speed, margins, name }: Import,
): Promise<{ readonly outcome: Outcome; readonly log: Log }> {
  const logs = [await readLog(base), await readLog(candidate)] as const;
  distinct(logs[0].files, logs[1].files);
  const checks = pair(...logs, margins);
  const timed = speed && [await readServed(speed.base), await readServed(speed.candidate)] as const;
  if (timed) distinct([timed[0].file], [timed[1].file]);
  // Worked out before the verdict, so that a damaged file is told of either way; kept only with a pass.
  const figures = timed && apart(...timed);
  const trial = await trialOf(logs, checks, timed ?? [], clean(name ?? logs[1].model.name, 80));
  const verdict = judge(checks);
  const outcome: Outcome = verdict.kind === "pass"
    ? { kind: "recorded", trial, verdict, speed: { workloads: [], ...(figures ? { apart: figures } : {}) } }
    : { kind: "rejected", trial, verdict };
  return { outcome, log: logs[0] };
}

async function readLog(path: string): Promise<Log> {
  const samples = await listFiles(path, LM_EVAL_SAMPLES);
  if (samples.length > 0) return await readLmEval(samples);
  const logs = await listFiles(path, INSPECT_LOGS);
  if (logs.length > 0) return await readInspect(logs);
  throw new UserError(
    `Cannot import ${
      clean(path)
    } as it must hold samples_*.jsonl of lm_eval --log_samples, or .eval or .json logs of Inspect: found neither.`,
  );
}

/** A run beside itself differs in nothing, and shows nothing. */
function distinct(base: Log["files"], candidate: Log["files"]): void {
  const same = base.find(({ path, name, digest }) =>
    candidate.some((other) => other.path === path || (isRun(name) && other.digest === digest))
  );
  if (same !== undefined) {
    throw new UserError(
      `Cannot import the two arms as they must be two runs: ${same.name} is the same file in both.`,
    );
  }
}

/** Samples may be equal to the byte in two runs; what says when they ran may not. */
const isRun = (name: string) => !name.startsWith("samples_");

async function trialOf(
  [base, candidate]: readonly [Log, Log],
  checks: readonly Check[],
  timed: readonly Served[],
  name: string,
): Promise<Trial> {
  const evals = [...Map.groupBy(base.scales, (scale) => scale.eval)].map(([task, scales]) => {
    const { dataset, scores } = scales[0]!;
    const asked = [...scores].map(([id, one]) => [id, one.asked]).toSorted(([a], [b]) => a! < b! ? -1 : 1);
    return { name: task, dataset, digest: fingerprint(asked), count: scores.size };
  });
  const margins = checks.map(({ eval: task, metric, allowed }) => [task, metric, allowed ?? null]);
  const stacks = { base: partsOf(base), candidate: partsOf(candidate) };
  const [first, second] = timed;
  const served = first && second
    ? [{ arm: "base", ...first.file }, { arm: "candidate", ...second.file }] as const
    : [];
  const files = [
    ...base.files.map((file) => ({ arm: "base" as const, ...file })),
    ...candidate.files.map((file) => ({ arm: "candidate" as const, ...file })),
    ...served,
  ];
  return {
    id: await digest({ imported: base.tool, ...stacks, evals, margins }),
    suite: "imported",
    name,
    engine: candidate.engine,
    ...stacks,
    techniques: [],
    evals,
    workloads: [],
    seed: 0,
    imported: {
      tool: base.tool,
      version: base.version,
      files: files.map(({ arm, name, digest }) => ({ arm, name, digest })),
      leftOut: [...new Set([...base.leftOut, ...candidate.leftOut])],
    },
  };
}

/** What a log tells of a stack is its model; the other slots are whatever the tool ran. */
function partsOf(
  { model: { name, args, precision }, engine, version }: Log,
): Readonly<Record<SlotName, Part>> {
  const unknown: Part = { name: "not told", params: {} };
  return {
    model: { name, params: { ...(args === "" ? {} : { args }), precision, engine, version } },
    cache: unknown,
    decoder: unknown,
    scheduler: unknown,
  };
}
