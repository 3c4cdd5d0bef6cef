/** One gate for all faults: the same suite over the tiny model, one candidate at a time. */
import { assert } from "@std/assert";
import {
  canonical,
  dense,
  identity,
  ManualClock,
  oneAtATime,
  plain,
  type Session,
  type Stack,
} from "../../../engine/mod.ts";
import { AGAIN, type Answered, bench, type Check, type Outcome, plan } from "../../../evals/mod.ts";
import type { Technique } from "../../../techniques/mod.ts";
import { adapters } from "./adapters.ts";
import { butFor } from "../../evals/but_for.ts";
import { type Setting, tinyEngine } from "./engine.ts";
import { evals, workloads } from "./suite.ts";
import { tinyModel, tinyModelOf } from "./tiny_model.ts";

export { evals, evalsOf, workloads } from "./suite.ts";

export const baseline: Stack = { model: tinyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };

/** A fault, or its clean twin: what is put on the baseline, and how the candidate is then run. */
export interface Plant {
  readonly techniques: readonly Technique[];
  /** Of every stack but the baseline, or by stack. */
  readonly candidate?: Setting | ((stack: Stack) => Setting);
  /** Of the baseline; its answers are kept by this object, so give the same one to those that share it. */
  readonly base?: Setting;
  /** Absent: the plain stack. */
  readonly baseline?: Stack;
  readonly evals?: typeof evals;
  readonly workloads?: typeof workloads;
}

const PLAIN: Setting = {};

/** The outcome of a candidate; without techniques, of the baseline beside itself (A/A). */
export async function gate(plant: Plant): Promise<Outcome> {
  const { techniques, candidate = PLAIN, base = PLAIN, baseline: beneath = baseline } = plant;
  const clock = new ManualClock(1000);
  const isBase = (stack: Stack) => identity(stack) === identity(beneath);
  const settingOf = typeof candidate === "function" ? candidate : () => candidate;
  // What rounding alone does is asked of the baseline's model under other schedulers: no fault belongs there.
  const isProbe = ({ model, scheduler }: Stack) =>
    scheduler.name === "probe_crowd" && canonical(model.params) === canonical(beneath.model.params);
  const tiny = tinyEngine(
    clock,
    (stack) => withAdapters(isBase(stack) || isProbe(stack) ? base : settingOf(stack)),
  );
  const engine = {
    ...tiny,
    async open(stack: Stack) {
      const session = await tiny.open(stack);
      if (!isBase(stack) && !isProbe(stack)) return session;
      const shown = crediting(session);
      bases.set(shown, { setting: base, stack: identity(stack) });
      return shown;
    },
  };
  const suite = {
    name: "faults",
    summary: "one candidate",
    candidates: techniques.length === 0 ? {} : { candidate: techniques },
    evals: (plant.evals ?? evals).map(shared),
    workloads: plant.workloads ?? workloads,
    pairs: 2,
    seed: 3,
  };
  const config = { suite, engine, baseline: beneath, clock };
  const wanted = techniques.length === 0 ? AGAIN : "candidate";
  const rows = (await plan(config)).filter(({ trial }) => trial.name === wanted);
  const ledger = { done: () => undefined, tries: () => 0 };
  for await (const { outcome } of bench(config, ledger, undefined, rows)) return outcome;
  throw new Error("the candidate must have a row");
}

/** Every network holds the adapters, unless it is told otherwise. */
function withAdapters(setting: Setting): Setting {
  return { ...setting, network: { lora: { adapters }, ...setting.network } };
}

interface Base {
  readonly setting: Setting;
  readonly stack: string;
}

const bases = new WeakMap<Session, Base>();

interface Known {
  readonly answers: readonly Answered<unknown>[];
  /** What the session that was asked counted for them. */
  readonly counted: Readonly<Record<string, number>>;
}
const answers = new WeakMap<Setting, Map<string, Known>>();
const credits = new WeakMap<Session, Record<string, number>>();

/** The session, whose counters tell of answers that another one of the same stack gave. */
function crediting(session: Session): Session {
  const credit: Record<string, number> = {};
  const shown: Session = {
    ...butFor(session),
    async stats() {
      const { counters, addedBytes } = await session.stats();
      return { counters: sum(counters, credit, 1), addedBytes };
    },
  };
  credits.set(shown, credit);
  return shown;
}

const sum = (a: Known["counted"], b: Known["counted"], sign: 1 | -1) =>
  Object.fromEntries(Object.entries(a).map(([name, value]) => [name, value + sign * (b[name] ?? 0)]));

/** The eval, which asks sessions of the same baseline the same samples once a process. */
function shared(e: (typeof evals)[number]): (typeof evals)[number] {
  return {
    ...e,
    async *ask(session, samples) {
      const base = bases.get(session);
      if (base === undefined) return yield* e.ask(session, samples);
      const known = answers.get(base.setting) ?? new Map<string, Known>();
      answers.set(base.setting, known);
      const key = JSON.stringify([base.stack, e.name, e.count, e.params, samples.map(({ id }) => id)]);
      const given = known.get(key);
      if (given !== undefined) {
        const credit = credits.get(session)!;
        for (const [name, value] of Object.entries(given.counted)) credit[name] = (credit[name] ?? 0) + value;
        return yield* given.answers;
      }
      const { counters: before } = await session.stats();
      const own = await Array.fromAsync(e.ask(session, samples));
      known.set(key, { answers: own, counted: sum((await session.stats()).counters, before, -1) });
      yield* own;
    },
  };
}

const name = ({ eval: e, metric, when }: Check) => `${e} ${metric}${when === "quiet" ? "" : ` ${when}`}`;

/** The checks that failed, by eval and metric; the reason where nothing was judged. */
export function refusedBy(outcome: Outcome): readonly string[] {
  if (outcome.kind === "void" || outcome.kind === "skipped") return [`${outcome.kind}: ${outcome.reason}`];
  return outcome.verdict.checks.filter(({ decision }) => decision === "fail").map(name);
}

/** Fails unless the outcome is a refusal by a check (or for a reason) whose name matches. */
export function assertRefused(outcome: Outcome, by: RegExp): void {
  assert(
    outcome.kind !== "recorded" && refusedBy(outcome).some((one) => by.test(one)),
    `the candidate must be refused by ${by}: ${said(outcome)}`,
  );
}

/** Fails unless the candidate was recorded. */
export function assertAccepted(outcome: Outcome): void {
  assert(outcome.kind === "recorded", `the candidate must be accepted: ${said(outcome)}`);
}

/** An outcome with what each judged check said. */
export function said(outcome: Outcome): string {
  if (outcome.kind === "void" || outcome.kind === "skipped") return `${outcome.kind}, ${outcome.reason}`;
  const checks = outcome.verdict.checks.filter(({ decision }) => decision !== undefined);
  return [outcome.kind, ...checks.map((one) => `${name(one)}: ${one.decision}, ${one.loss}`)].join("\n  ");
}

/** A technique that holds the weights in other bits by its recipe; what they become is the setting's to say. */
export const quantized = (bits: 4 | 8 = 8, claim: Technique["claim"] = "equivalent"): Technique => ({
  ...made(`int${bits}`, "model", claim),
  transform: (stack) => ({ ...stack, model: tinyModelOf(bits) }),
});

/** A technique that does something to the weights or the graph that is known by its name alone. */
export const rewritten = (name: string, claim: Technique["claim"] = "equivalent"): Technique => ({
  ...made(name, "model", claim),
  transform: ({ model, ...stack }) => ({
    ...stack,
    model: { ...model, params: { ...model.params, stored: `${model.params.stored}, ${name}` } },
  }),
});

/** Whether such a technique is in a stack. */
export const has = ({ model }: Stack, name: string): boolean => model.params.stored.endsWith(`, ${name}`);

/** A technique that puts a module in a slot. */
export const slotted = (
  slot: "cache" | "decoder" | "scheduler",
  module: string,
  claim: Technique["claim"] = "identical",
  params: Stack["cache"]["params"] = {},
): Technique => ({
  ...made(module.slice(module.lastIndexOf("/") + 1).replace(".ts", ""), slot, claim),
  transform: (stack) => ({ ...stack, [slot]: { name: slot, params, module } }),
});

const made = (name: string, slot: Technique["slot"], claim: Technique["claim"]) => ({
  name,
  slot,
  claim,
  bottleneck: "compute" as const,
  scope: "static" as const,
  summary: "made up",
  source: "made up",
});
