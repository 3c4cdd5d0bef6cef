/**
 * The answers of base and head to the same evals, compared before anything is timed. Where all are equal, nothing can
 * have been lost; where any differs, the head is graded beside the base by every metric that allows a margin, and the
 * gate of `bench` is asked again whether the row still holds beside its own baseline.
 */
import type { Sample } from "../../datasets/mod.ts";
import type { Answers } from "../answers.ts";
import { gradedChecks } from "../checks.ts";
import type { Eval } from "../eval.ts";
import type { Check } from "../outcome.ts";
import { judge } from "../verdict.ts";
import type { Suite } from "../suite.ts";
import { saidFirst } from "./live_side.ts";
import type { About, Gate, Side } from "./side.ts";

/** One answer that is another on the head. */
export interface Flip {
  readonly where: string;
  readonly asked: string;
  readonly base: string;
  readonly head: string;
}

export interface Outputs {
  readonly kind: "equal" | "held" | "lost" | "unsure" | "refused";
  readonly compared: number;
  readonly differing: number;
  /** Without their samples. */
  readonly checks: readonly Check[];
  /** Why, unless all are equal. */
  readonly why?: string;
  readonly flips: readonly Flip[];
  /** What could not be compared, in sentences. */
  readonly notes: readonly string[];
}

export const MOST_FLIPS = 6;

export type Sides = Readonly<Record<"base" | "head", Side>>;
export type Abouts = Readonly<Record<"base" | "head", About>>;

/** Asks the open row's evals of both sides. */
export async function compareOutputs(
  row: string,
  sides: Sides,
  abouts: Abouts,
  suite: Suite,
  drawn: Answers,
  progress: (stage: string, done: number, total: number) => void,
): Promise<Outputs> {
  const [evals, notes] = comparable(row, abouts, suite);
  const [checks, flips]: [Check[], Flip[]] = [[], []];
  let [compared, differing] = [0, 0];
  for (const [i, e] of evals.entries()) {
    progress(`${e.name} (base)`, i, evals.length);
    const base = new Map((await sides.base.answers(e.name)).map(({ id, answer }) => [id, answer]));
    progress(`${e.name} (head)`, i + 0.5, evals.length);
    const head = new Map((await sides.head.answers(e.name)).map(({ id, answer }) => [id, answer]));
    const samples = await drawn.samples(e);
    const apart = samples.filter(({ id }) => !alike(base.get(id), head.get(id)));
    compared += samples.length;
    differing += apart.length;
    if (apart.length === 0) continue;
    const noise = await sides.base.noise(row, e.name);
    const context = { eval: e.name, when: "quiet", against: "base" } as const;
    checks.push(...gradedChecks(e, samples, { base, candidate: head }, noise, context));
    for (const sample of apart.slice(0, Math.max(0, MOST_FLIPS - flips.length))) {
      flips.push(flipOf(e, sample, base.get(sample.id), head.get(sample.id)));
    }
  }
  const about = { compared, differing, flips, notes };
  if (compared === 0) {
    return { kind: "unsure", ...about, checks, why: "no eval of the row could be compared" };
  }
  if (differing === 0) return { kind: "equal", ...about, checks };
  return { ...about, checks: checks.map(light), ...await weigh(row, sides, checks) };
}

/** What differing answers come to: by margins beside the base, and by the row's own claim beside its own baseline. */
async function weigh(
  row: string,
  sides: Sides,
  checks: readonly Check[],
): Promise<Pick<Outputs, "kind" | "why">> {
  // What must be equal beside a baseline need not be beside another version of the row.
  const margins = checks.filter(({ rule }) => rule !== "exact");
  const lost = margins.find(({ decision }) => decision === "fail");
  if (lost !== undefined) return { kind: "lost", why: saidFirst([lost]) };
  await sides.head.close();
  await sides.base.close();
  const gate = await sides.head.gate(row);
  if (gate.kind === "fail" || gate.kind === "unsure") {
    const before = await sides.base.gate(row);
    if (before.kind === gate.kind) {
      return { kind: "refused", why: `the gate refuses it on both sides: ${gate.why}` };
    }
    return { kind: gate.kind === "fail" ? "lost" : "unsure", why: `the gate: ${gate.why}` };
  }
  return await held(margins, checks, gate);
}

function held(
  margins: readonly Check[],
  checks: readonly Check[],
  gate: Gate,
): Pick<Outputs, "kind" | "why"> {
  const unsure = margins.filter(({ decision }) => decision === "unsure");
  if (unsure.length > 0) {
    const needed = Math.max(...unsure.map(({ needed = 0 }) => needed));
    const more = needed > 0 ? `; about ${needed} samples would decide` : "";
    return { kind: "unsure", why: saidFirst(unsure) + more };
  }
  if (judge(margins).kind === "pass") return { kind: "held", why: "every loss is within its margin" };
  if (gate.kind === "pass") return { kind: "held", why: "the gate passes it beside its own baseline" };
  // Nothing allows a margin: what differs beyond rounding is a loss.
  const exact = judge(checks);
  return exact.kind === "pass"
    ? { kind: "held", why: "they differ at numerical ties alone" }
    : { kind: exact.kind === "fail" ? "lost" : "unsure", why: saidFirst(checks) };
}

/** The evals of a row that ask the same on both sides, and what is left out. */
function comparable(row: string, { base, head }: Abouts, suite: Suite) {
  const of = (about: About) => about.rows.find(({ name }) => name === row)!.evals;
  const names = [...new Set([...of(head), ...of(base)])];
  const [evals, notes]: [Eval[], string[]] = [[], []];
  for (const name of names) {
    const e = suite.evals.find((e) => e.name === name);
    const [before, after] = [base, head].map(({ evals }) => evals.find((e) => e.name === name));
    if (before === undefined || after === undefined || e === undefined) {
      notes.push(`${name} is asked on the ${before === undefined ? "head" : "base"} alone.`);
    } else if (before.key !== after.key) notes.push(`${name} asks something else on the head.`);
    else if (e.streamed) notes.push(`${name} is left out, as its answers are too large to pass on.`);
    else evals.push(e);
  }
  return [evals, notes] as const;
}

const alike = (a: unknown, b: unknown) => a !== undefined && JSON.stringify(a) === JSON.stringify(b);

function flipOf(e: Eval, sample: Sample, base: unknown, head: unknown): Flip {
  const shown = (answer: unknown) => answer === undefined ? "no answer" : e.show(answer, sample);
  return { where: `${e.name} ${sample.id}`, asked: sample.id, base: shown(base), head: shown(head) };
}

const light = (check: Check): Check => ({ ...check, samples: [] });
