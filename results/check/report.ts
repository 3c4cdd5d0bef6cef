/** What a check comes to, as it is kept in JSON and as every output says it. */
import type { CheckedRow, Dueled, RowKind } from "../../evals/mod.ts";
import { visible } from "../columns.ts";
import { plural, times, timesInterval } from "../figures.ts";
import type { Commit } from "../git.ts";

export interface CheckReport {
  readonly check: 1;
  readonly at: number;
  readonly suite: string;
  readonly model: string;
  readonly machine: string;
  /** The slowdown that matters. */
  readonly margin: number;
  readonly base: Commit;
  /** `dirty`: its folder has changes that are in no commit. */
  readonly head: Commit & { readonly dirty: boolean };
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
  const { ratio, kind, pairs, needed } = pace;
  const figure = Number.isFinite(ratio.interval.high) && ratio.interval.high < 1e6
    ? `${times(ratio.estimate)} ${timesInterval(ratio.interval)}`
    : times(ratio.estimate);
  const open = kind !== "unsure"
    ? ""
    : needed === undefined
    ? ", more pairs would decide"
    : `, about ${needed - pairs} more pairs would decide`;
  return `${figure}, ${plural(pairs, "pair")}${open}`;
}

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
