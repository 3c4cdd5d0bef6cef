/** Techniques over all boards: what each is, as its latest recording says, and every row that folds it, never averaged. */
import type { Trial } from "../../evals/mod.ts";
import { short } from "../columns.ts";
import type { Table } from "../csv.ts";
import type { Scope } from "../scope.ts";
import type { Recording } from "../recording.ts";
import { rowWord } from "../summary.ts";
import type { Line } from "./board_lines.ts";
import { type Facets, once } from "./narrowing.ts";
import { machine } from "./scope_bar.tsx";

export interface About {
  readonly stamped: Trial["techniques"][number];
  readonly at: number;
}

/** A row on one board. */
export interface Placed {
  readonly board: string;
  readonly scope: Scope;
  readonly line: Line;
}

export interface TechniqueEntry {
  readonly name: string;
  readonly about: About;
  /** The latest board first, in each in the board's own order. */
  readonly rows: readonly Placed[];
}

/** What the recordings say that each technique is, the latest word of each. */
export function aboutOf(recordings: readonly Recording[]): ReadonlyMap<string, About> {
  const known = new Map<string, About>();
  for (const { stamp: { at }, outcome: { trial } } of recordings) {
    for (const stamped of trial.techniques) {
      if ((known.get(stamped.name)?.at ?? -Infinity) <= at) known.set(stamped.name, { stamped, at });
    }
  }
  return known;
}

export const ROW_FACETS = ["verdict", "machine", "model", "suite", "workload"] as const;
export const ROW_COLUMNS = ["name", "quality", "speed", "at"] as const;

export const placedFacets = once((
  { scope: { hardware, model, suite, workload }, line: { row, timed } }: Placed,
): Facets => {
  const on = machine(hardware).join(", ");
  const of = `${model.name} ${model.precision}`;
  return {
    text: [row.name, on, of, suite, workload].join(" "),
    is: { verdict: [rowWord(row)], machine: [on], model: [of], suite: [suite], workload: [workload] },
    by: {
      name: short(row.name, 80).toLowerCase(),
      at: row.at,
      ...(timed ? { speed: timed.figures.ratio.estimate } : {}),
    },
  };
});

/** Every row of a technique; those without a speed have none here either. */
export const placedTable = ({ rows }: TechniqueEntry): Table =>
  rows.map(({ board, scope: { hardware, model, suite, workload }, line: { row, timed } }) => ({
    name: row.name,
    verdict: rowWord(row),
    model: model.name,
    precision: model.precision,
    cpu: hardware.cpu,
    backend: hardware.backend,
    threads: hardware.threads,
    suite,
    workload,
    eval: row.worst?.eval,
    metric: row.worst?.metric,
    loss: row.worst?.loss,
    loss_low: row.worst?.interval.low,
    loss_high: row.worst?.interval.high,
    loss_allowed: row.worst?.allowed,
    ratio: timed?.figures.ratio.estimate,
    ratio_low: timed?.figures.ratio.interval.low,
    ratio_high: timed?.figures.ratio.interval.high,
    at: new Date(row.at).toISOString(),
    board,
    trial: row.id,
  }));

export const techniquesTable = (entries: readonly TechniqueEntry[]): Table =>
  entries.map(({ name, about: { stamped }, rows }) => ({
    name,
    summary: stamped.summary,
    claim: stamped.claim,
    slot: stamped.slot,
    bottleneck: stamped.bottleneck,
    source: stamped.source,
    boards: new Set(rows.map(({ board }) => board)).size,
    rows: rows.length,
    rows_that_held: rows.filter(({ line }) => line.timed || line.row.kind === "held").length,
  }));
