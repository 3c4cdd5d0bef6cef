/**
 * The life of a check: base and head beside each other, row by row. Answers are compared first; a row that lost any is
 * not timed. Then speed, in pairs of blocks until it is decided or the time is over. A row is regressed, improved, same
 * or unsure; how often any is called regressed by chance is bounded over all rows and workloads together.
 */
import { type Clock, type Milliseconds, systemClock, UserError } from "../../engine/mod.ts";
import { Answers } from "../answers.ts";
import { band, NO_NOISE } from "../noise.ts";
import type { Suite } from "../suite.ts";
import { answering, Broken } from "./broken.ts";
import { duel, type Dueled } from "./duel.ts";
import { type Abouts, compareOutputs, type Outputs, type Sides } from "./outputs.ts";
import { ERROR } from "./pace.ts";
import { type About, PROTOCOL, type SideRow } from "./side.ts";

/**
 * "new" and "gone" are on one side alone; "skipped" cannot run on either; "refused" fails the gate on both, so that it
 * has no speed.
 */
export type RowKind = "regressed" | "improved" | "same" | "unsure" | "new" | "gone" | "skipped" | "refused";

export interface CheckedRow {
  readonly name: string;
  readonly kind: RowKind;
  /** Why, where figures do not say it. */
  readonly why?: string;
  readonly outputs?: Outputs;
  /** Empty where it was not timed. */
  readonly workloads: readonly Dueled[];
}

export interface Checking {
  /** The head's. */
  readonly suite: Suite;
  readonly sides: Sides;
  /** The slowdown that matters, e.g. 0.05. */
  readonly margin: number;
  /** These rows alone; all where empty. */
  readonly only: readonly string[];
  /** How long timing may take in all. */
  readonly budget: Milliseconds;
  readonly clock?: Clock;
  readonly progress?: (event: CheckProgress) => void;
}

export interface CheckProgress {
  readonly row: string;
  readonly index: number;
  readonly rows: number;
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

export interface CheckPlan {
  readonly abouts: Abouts;
  readonly rows: readonly string[];
  readonly workloads: readonly string[];
  /** What cannot be compared, in sentences. */
  readonly notes: readonly string[];
}

/** Rows and workloads that both sides have. @throws {UserError} where they are no sides of one check. */
export async function planCheck({ suite, sides, only }: Checking): Promise<CheckPlan> {
  const abouts = { base: await started("base", sides), head: await started("head", sides) };
  const { base, head } = abouts;
  if (base.protocol !== PROTOCOL || head.protocol !== PROTOCOL) {
    throw new UserError(
      `Cannot check against this base as both versions of Assay must speak protocol ${PROTOCOL}: found ${base.protocol} on the base and ${head.protocol} on the head.`,
    );
  }
  const names = [...new Set([...head.rows, ...base.rows].map(({ name }) => name))];
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`Cannot check ${unknown} as the rows of the suite are ${names.join(", ")}.`);
  }
  const notes: string[] = [];
  if (base.model.digest !== head.model.digest) {
    notes.push(`The head runs another model: ${head.model.name}, where the base ran ${base.model.name}.`);
  }
  const workloads: string[] = [];
  for (const { name } of suite.workloads) {
    const [before, after] = [base, head].map((about) => about.workloads.find((one) => one.name === name));
    if (before?.key === after?.key) workloads.push(name);
    else notes.push(`${name} ${before ? "is another load on the head" : "is new"}, so it is not timed.`);
  }
  return { abouts, rows: names.filter((name) => only.length === 0 || only.includes(name)), workloads, notes };
}

async function started(arm: "base" | "head", sides: Sides): Promise<About> {
  try {
    return await sides[arm].about();
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`Of the ${arm}: ${error.message}`);
    throw new UserError(
      `Cannot check as the ${arm} must start with this suite: ${(error as Error).message}.`,
    );
  }
}

/** Checks the rows of a plan, and yields each when it is known. */
export async function* check(checking: Checking, plan: CheckPlan): AsyncGenerator<CheckedRow> {
  const { clock = systemClock, budget, progress = () => {} } = checking;
  const sides = answering(checking.sides);
  const drawn = new Answers(checking.suite.seed);
  const timed = plan.rows.filter((name) => rowsOf(plan.abouts, name).every((row) => row && !row.untimed));
  const tail = ERROR / Math.max(1, timed.length * plan.workloads.length);
  let [left, open] = [budget, timed.length];
  for (const [index, name] of plan.rows.entries()) {
    const told = (stage: string, done: number, total: number) =>
      progress({ row: name, index, rows: plan.rows.length, stage, done, total });
    const share = left / Math.max(1, open);
    const start = clock.now();
    let spent = 0;
    const race = async ({ kind }: Outputs) => {
      const from = clock.now();
      const lanes = plan.workloads.map((name) => ({
        workload: checking.suite.workloads.find((one) => one.name === name)!,
        places: plan.abouts.head.workloads.find((one) => one.name === name)!.places,
      }));
      const until = from + share;
      const dueled = await duel(name, sides, lanes, {
        margin: checking.margin,
        tail,
        until,
        clock,
        equal: kind === "equal",
        band: () => widestBand(name, sides, plan.abouts),
        progress: told,
      });
      spent = clock.now() - from;
      return dueled;
    };
    told("opening", 0, 1);
    try {
      yield await rowOf(name, sides, plan, checking.suite, drawn, told, race);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      const kind = error.arm === "head" ? "regressed" : "new";
      yield { name, kind, why: `the ${error.arm} broke: ${error.message}`, workloads: [] };
      spent = clock.now() - start;
    }
    if (timed.includes(name)) [left, open] = [Math.max(0, left - spent), open - 1];
    for (const side of [sides.base, sides.head]) await side.close();
  }
}

async function rowOf(
  name: string,
  sides: Sides,
  plan: CheckPlan,
  suite: Suite,
  drawn: Answers,
  told: (stage: string, done: number, total: number) => void,
  race: (outputs: Outputs) => Promise<readonly Dueled[]>,
): Promise<CheckedRow> {
  const [base, head] = rowsOf(plan.abouts, name);
  const bare = (kind: RowKind, why: string): CheckedRow => ({ name, kind, why, workloads: [] });
  if (base === undefined) return bare("new", "the base has no such row");
  if (head === undefined) return bare("gone", "the head has no such row");
  const [before, after] = [await sides.base.open(name), await sides.head.open(name)];
  if (before.why !== undefined) return bare(after.why === undefined ? "new" : "skipped", before.why);
  if (after.why !== undefined) {
    return bare("regressed", `it opened on the base, and does not now: ${after.why}`);
  }
  const outputs = await compareOutputs(name, sides, plan.abouts, suite, drawn, told);
  const { kind, why } = outputs;
  if (kind !== "equal" && kind !== "held") {
    const row = kind === "lost" ? "regressed" : kind;
    return { name, kind: row, ...(why === undefined ? {} : { why }), outputs, workloads: [] };
  }
  const untimed = head.untimed ?? base.untimed;
  if (untimed !== undefined || plan.workloads.length === 0) {
    return { name, kind: "same", why: `not timed: ${untimed ?? "no workload"}`, outputs, workloads: [] };
  }
  const workloads = await race(outputs);
  return { name, outputs, ...summed(workloads) };
}

/** A row is what its workloads come to: the worst that is shown of any. Without its answers it has no speed. */
export function summed(workloads: readonly Dueled[]): Pick<CheckedRow, "kind" | "why" | "workloads"> {
  const lost = workloads.find((one) => one.lost);
  if (lost !== undefined) return { kind: "regressed", why: lost.why!, workloads: [] };
  const sound = workloads.filter(({ why }) => why === undefined);
  const unsound = workloads.find(({ why }) => why !== undefined);
  const is = (kind: Dueled["pace"]["kind"]) => sound.some(({ pace }) => pace.kind === kind);
  const kind = is("regressed")
    ? "regressed"
    : unsound !== undefined || is("unsure")
    ? "unsure"
    : is("improved")
    ? "improved"
    : "same";
  return { kind, ...(unsound === undefined ? {} : { why: unsound.why! }), workloads: sound };
}

/** The widest band of numerical ties that any eval of the row shows. */
async function widestBand(name: string, sides: Sides, abouts: Abouts): Promise<number> {
  const bands: number[] = [band(NO_NOISE)];
  for (const e of rowsOf(abouts, name)[0]?.evals ?? []) bands.push(band(await sides.base.noise(name, e)));
  return Math.max(...bands);
}

function rowsOf({ base, head }: Abouts, name: string): readonly [SideRow | undefined, SideRow | undefined] {
  const of = (about: About) => about.rows.find((row) => row.name === name);
  return [of(base), of(head)];
}
