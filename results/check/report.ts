/** What a check comes to, as it is kept in JSON and as every output says it. */
import type { CheckedRow, Dueled, RowKind } from "../../evals/mod.ts";
import { visible } from "../columns.ts";
import { day, percent, plural, times, timesInterval } from "../figures.ts";
import type { Commit } from "../git.ts";

export interface CheckReport {
  readonly check: 1;
  readonly at: number;
  readonly suite: string;
  readonly model: string;
  readonly machine: string;
  /** The slowdown that matters. */
  readonly margin: number;
  /** One of the two: the commit that it was raced against, or the recordings that it was held against. */
  readonly base?: Commit;
  readonly history?: { readonly recordings: number; readonly from: number; readonly to: number };
  /** `dirty`: its folder has changes that are in no commit. Absent in no repository. */
  readonly head?: Commit & { readonly dirty: boolean };
  readonly seconds: number;
  /** What was not compared, in sentences. */
  readonly notes: readonly string[];
  readonly rows: readonly CheckedRow[];
  /** Rows that had to hold and do not. */
  readonly missing: readonly string[];
}

export type Verdict = "regressed" | "unsure" | "clear";

/** Kinds of rows, the worst first. */
export const KINDS = [
  "regressed",
  "unsure",
  "gone",
  "refused",
  "skipped",
  "new",
  "improved",
  "same",
] as const;

/** What the whole comes to. A row that was required and is not there weighs as one that regressed. */
export function verdictOf({ rows, missing }: Pick<CheckReport, "rows" | "missing">): Verdict {
  if (missing.length > 0 || rows.some(({ kind }) => kind === "regressed")) return "regressed";
  return rows.some(({ kind }) => kind === "unsure") ? "unsure" : "clear";
}

/** The exit code: 2 where something regressed or was required in vain. */
export const exitCode = (report: CheckReport): 0 | 2 => verdictOf(report) === "regressed" ? 2 : 0;

/** Whether a row that is required holds: it was compared, and nothing was lost or left open. */
export const holds = ({ kind }: CheckedRow): boolean => kind === "same" || kind === "improved";

/** The rows, the worst first. */
export const worstFirst = (rows: readonly CheckedRow[]): readonly CheckedRow[] =>
  KINDS.flatMap((kind) => rows.filter((row) => row.kind === kind));

/** What was held against what; `id`: how a commit is written. */
export function saidSides({ base, history, head }: CheckReport, id: (commit: string) => string): string {
  const short = (commit: Commit) => id(commit.id.slice(0, 10));
  const to = head === undefined
    ? "what lies here"
    : `head ${short(head)}${head.dirty ? " with uncommitted changes" : ""}`;
  if (base !== undefined) return `base ${short(base)} -> ${to}`;
  const { recordings = 0, from = 0, to: until = 0 } = history ?? {};
  return `${plural(recordings, "recording")} of ${day(from)} to ${day(until)} -> ${to}`;
}

/** One sentence over all. */
export function headline(report: CheckReport): string {
  const { rows, missing } = report;
  const of = (kind: RowKind) => rows.filter((row) => row.kind === kind);
  const names = (some: readonly CheckedRow[]) =>
    `${some.slice(0, 3).map(({ name }) => visible(name)).join(", ")}${
      some.length > 3 ? ` and ${some.length - 3} more` : ""
    }`;
  switch (verdictOf(report)) {
    case "regressed": {
      const worse = of("regressed");
      if (worse.length === 0) return `Required and not held: ${missing.map(visible).join(", ")}.`;
      return `${worse.length} of ${plural(rows.length, "row")} regressed: ${names(worse)}.`;
    }
    case "unsure":
      return `No regression is shown; ${plural(of("unsure").length, "row")} undecided: ${
        names(of("unsure"))
      }.`;
    case "clear": {
      const better = of("improved");
      const more = better.length > 0 ? ` Improved: ${names(better)}.` : "";
      return `No regression in ${plural(rows.length, "row")}.${more}`;
    }
  }
}

/** The ratio of a workload with its interval, and what would decide it. */
export function saidPace({ pace }: Dueled): string {
  const { ratio, kind, pairs, needed, beside } = pace;
  const figure = Number.isFinite(ratio.interval.high) && ratio.interval.high < 1e6
    ? `${times(ratio.estimate)} ${timesInterval(ratio.interval)}`
    : times(ratio.estimate);
  const unit = beside === undefined ? "pair" : "run";
  const many = beside === undefined
    ? plural(pairs, unit)
    : `${plural(pairs, unit)} beside ${beside.runs}, noise ${saidFloor(beside.floor)}`;
  if (kind !== "unsure") return `${figure}, ${many}`;
  const open = beside?.open !== undefined && Object.hasOwn(OPEN, beside.open)
    ? OPEN[beside.open]
    : needed === undefined
    ? `more ${beside === undefined ? "pairs" : "recordings"} would decide`
    : `about ${needed - pairs} more ${unit}${needed - pairs === 1 ? "" : "s"} would decide`;
  return `${figure}, ${many}, ${open}`;
}

const OPEN = {
  noise: "within the noise",
  baseline: "the baseline moved the other way, and ratios to it with it: --base tells them apart",
} as const;

const saidFloor = (floor: number) => floor < 1e6 ? percent(floor) : "unknown";

/** What the answers came to, in a few words. */
export function saidOutputs({ outputs, workloads }: CheckedRow): string {
  const timed = workloads.reduce((sum, { differing }) => sum + differing, 0);
  const count = workloads.reduce((sum, { answered }) => sum + answered, 0);
  if (outputs === undefined) return "not compared";
  const { compared, differing, kind } = outputs;
  const all = compared + count;
  if (differing + timed === 0) return `all ${all} equal`;
  return `${differing + timed} of ${all} differ${kind === "held" ? ", quality held" : ""}`;
}

/** What a row says beside its kind: why, or its speeds. */
export function saidRow(row: CheckedRow): string {
  const speeds = row.workloads.map((one) => `${one.workload} ${saidPace(one)}`);
  return [...(row.why === undefined ? [] : [row.why]), ...speeds].join("; ");
}
