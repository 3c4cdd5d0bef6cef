/**
 * `check --history`: the head is judged and raced here as `bench` does, and each row is held against what was recorded
 * of it before on the same hardware. Times of two evenings do not compare; what is compared is what was raced beside
 * something else in the same run, run by run (evals/check/runs.ts). Where a row has a promoted reference it is held
 * against the runs of that code; else against the latest level of its history, the runs since its last change point, as
 * MongoDB holds patches against the stable region (Daly, Creating a virtuous cycle in performance testing at MongoDB,
 * 2021). Nothing is recorded. What the head's own commit has recorded already is not measured again, so that more runs
 * of `bench --again` decide what one leaves open.
 */
import { systemClock, UserError } from "../../engine/mod.ts";
import {
  AGAIN,
  BASELINE,
  type Bench,
  bench,
  type CheckedRow,
  ERROR,
  plan,
  type Planned,
  type Progress,
} from "../../evals/mod.ts";
import { ledger } from "../ledger.ts";
import { type Context, record, stamp } from "../record.ts";
import type { Recording, ResultsStore, Stamp } from "../recording.ts";
import { type HeldRow, heldRow, type Holding } from "./held_row.ts";
import type { Track } from "./held_speed.ts";
import { notesOf } from "./history_notes.ts";
import { type Past, pastOf, peerOf } from "./past.ts";

export interface AgainstHistory {
  readonly config: Bench;
  readonly store: ResultsStore;
  readonly margin: number;
  /** These rows alone; all where empty. */
  readonly only: readonly string[];
  /** Told what is going on; `index` of `rows`. */
  readonly progress: (event: Progress & { readonly index: number; readonly rows: number }) => void;
}

export interface HeldAgainst {
  readonly here: Stamp;
  readonly past: { readonly recordings: number; readonly from: number; readonly to: number };
  readonly rows: readonly CheckedRow[];
  readonly notes: readonly string[];
}

/** @throws {UserError} where there is nothing to hold against, or a row that is asked for is none. */
export async function againstHistory(asked: AgainstHistory): Promise<HeldAgainst> {
  const { config, store, margin, only } = asked;
  const { engine, baseline: { model }, suite } = config;
  const context = { hardware: await engine.hardware(), model, clock: systemClock };
  const here = await stamp(context);
  const past = pastOf(store.shelf, here, suite.name);
  const peer = peerOf(past.rows);
  const planned = await plan(config);
  const measured = await measure(asked, rowsToRun(planned, only, peer), past, context);
  const { baseline, others } = rowsOf(measured, past, peer, here);
  const lanes = [baseline, ...others].flatMap(({ tracks }) => tracks).length;
  const holding: Holding = {
    margin,
    tail: ERROR / Math.max(1, lanes),
    open: (id) => store.shelf.find(id),
  };
  const first = heldRow(baseline, holding);
  const rest = others.map((row) => heldRow(row, { ...holding, baseline: first }));
  const rows = [
    ...(only.length === 0 || only.includes(BASELINE) ? [first] : []),
    ...rest,
    ...gone(past, planned, only),
  ];
  const all = [...past.rows.values()].flat().map((one) => one.stamp.at);
  return {
    here,
    past: { recordings: all.length, from: Math.min(...all), to: Math.max(...all) },
    rows,
    notes: notesOf(past, [first, ...rest], peer),
  };
}

/** Of each row the head's recording, whole, and all runs of its code, the latest last. */
interface Measured {
  readonly whole: ReadonlyMap<string, Recording>;
  readonly runs: Runs;
}

type Runs = ReadonlyMap<string, readonly Recording[]>;

async function measure(
  { config, store, progress }: AgainstHistory,
  rows: readonly Planned[],
  past: Past,
  context: Context,
): Promise<Measured> {
  const here = await stamp(context);
  const known = ledger(store, here);
  const recorded = { ...known, done: here.commit?.dirty ? () => undefined : known.done };
  const [whole, runs] = [new Map<string, Recording>(), new Map<string, readonly Recording[]>()];
  const told = (event: Progress) =>
    progress({
      ...event,
      index: rows.findIndex(({ trial }) => trial.name === event.row),
      rows: rows.length,
    });
  for await (const { outcome, fresh } of bench(config, recorded, told, rows)) {
    const { name, id } = outcome.trial;
    const one = await record(outcome, context);
    const before = (past.head.get(name) ?? []).filter((other) => other.outcome.trial.id === id);
    whole.set(name, one);
    runs.set(name, fresh ? [...before, one] : before);
  }
  return { whole, runs };
}

function rowsOf({ whole, runs }: Measured, past: Past, peer: string | undefined, here: Stamp) {
  const baseline = {
    ...heldOf(AGAIN, whole.get(AGAIN)!, past, runs),
    name: BASELINE,
    tracks: peer === undefined ? [] : peerTracks(peer, past, runs, here),
  };
  const others = [...whole].filter(([name]) => name !== AGAIN && name !== peer)
    .map(([name, one]) => heldOf(name, one, past, runs));
  return { baseline, others };
}

/** The baseline again and the peer always: they are what others are held by. */
function rowsToRun(planned: readonly Planned[], only: readonly string[], peer: string | undefined) {
  const folded = planned.filter(({ techniques }) => techniques.length > 0);
  const rows = [BASELINE, ...folded.map(({ trial }) => trial.name)];
  const unknown = only.find((name) => !rows.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`Cannot check ${unknown} as the rows of the suite are ${rows.join(", ")}.`);
  }
  return planned.filter(({ trial: { name }, techniques }) =>
    techniques.length === 0 ? name === AGAIN || name === peer : only.length === 0 || only.includes(name)
  );
}

function heldOf(name: string, whole: Recording, past: Past, head: Runs): HeldRow {
  const reference = past.references.get(name);
  const before = past.rows.get(name) ?? [];
  return {
    name,
    head: whole,
    before,
    ...(reference ? { reference } : {}),
    tracks: tracks("baseline", name, past, head, reference),
  };
}

/** Of the baseline: the peer's runs, held by what is promoted of the baseline. */
function peerTracks(peer: string, past: Past, head: Runs, here: Stamp): readonly Track[] {
  const reference = past.references.get(peer) ?? past.references.get(AGAIN);
  return tracks("peer", peer, past, head, reference).map((track) => ({
    ...track,
    before: track.before.filter(({ stamp }) => packagesOf(stamp) === packagesOf(here)),
  }));
}

/** Versions of all but our own code: of another version a peer is another one. */
const packagesOf = ({ versions: { assay: _, ...packages } }: Stamp) =>
  JSON.stringify(Object.entries(packages).sort());

function tracks(
  over: Track["over"],
  name: string,
  past: Past,
  head: Runs,
  reference: HeldRow["reference"],
): readonly Track[] {
  const runs = head.get(name) ?? [];
  const { outcome } = runs.at(-1) ?? {};
  if (outcome?.kind !== "recorded" || name === AGAIN) return [];
  return outcome.speed.workloads.map(({ workload }) => ({
    workload,
    over,
    head: runs,
    before: past.rows.get(name) ?? [],
    again: [...past.rows.get(AGAIN) ?? [], ...head.get(AGAIN) ?? []],
    ...(reference ? { reference } : {}),
  }));
}

/** Rows that the latest commit recorded and the head has not. */
function gone(past: Past, planned: readonly Planned[], only: readonly string[]): readonly CheckedRow[] {
  const all = [...past.rows.values()].flat();
  const latest = all.reduce((a, b) => (b.stamp.at >= a.stamp.at ? b : a)).stamp.commit?.id;
  return [...past.rows].filter(([name, runs]) =>
    latest !== undefined && runs.at(-1)!.stamp.commit?.id === latest &&
    runs.at(-1)!.outcome.trial.techniques.length > 0 &&
    (only.length === 0 || only.includes(name)) && !planned.some(({ trial }) => trial.name === name)
  ).map(([name]) => ({ name, kind: "gone", why: "the head has no such row", workloads: [] }));
}
