/** A workload of a head that is held against recordings: one ratio a run, each over the baseline raced beside it. */
import { changePoints, type Dueled, levels, paceOfRuns } from "../../evals/mod.ts";
import { codeOf } from "../ledger.ts";
import type { Recording, Shelved } from "../recording.ts";
import type { Reference } from "./past.ts";

/** What is compared, and by which measure. */
export interface Track {
  readonly workload: string;
  /** Of a row over the baseline, or of the baseline over another engine. */
  readonly over: "baseline" | "peer";
  /** The head's recordings, the latest last. */
  readonly head: readonly Recording[];
  /** Those before it, oldest first. */
  readonly before: readonly Shelved[];
  /** The baseline again, the head's included. */
  readonly again: readonly Recording[];
  readonly reference?: Reference;
}

/** Runs that tell how far runs spread, the latest; more would take long to be cut into levels, and tell little more. */
export const MOST_RUNS = 60;
/** Standard errors from the middle of a 95 % interval to its end. */
const Z975 = 1.96;

/** The comparison, or undefined where no recording raced the same load. */
export function heldSpeed(track: Track, margin: number, tail: number): Dueled | undefined {
  const { workload, over, reference } = track;
  const sign = over === "baseline" ? 1 : -1;
  const latest = track.head.at(-1)!;
  const logs = (some: readonly Recording[], way = sign) =>
    some.flatMap((one) => sameLoad(one, latest, workload) ? ratioOf(one, workload) : [])
      .map(({ estimate }) => way * Math.log(estimate));
  const before = logs(track.before.slice(-MOST_RUNS));
  const parts = levels(before, changePoints(before));
  const promoted = reference && logs(track.before.filter((one) => isOf(one, reference)));
  const beside = promoted ?? parts.at(-1)!;
  const head = logs(track.head);
  if (beside.length === 0 || head.length === 0) return undefined;
  const pace = paceOfRuns(
    {
      head,
      reference: beside,
      levels: parts,
      again: logs(track.again, 1).slice(-MOST_RUNS),
      within: within(track.head, workload),
    },
    margin,
    tail,
  );
  const level = beside.reduce((sum, log) => sum + log, 0) / beside.length;
  const all = [...before, ...head].map((log) => log - level);
  return { workload, pace, logs: all, answered: 0, differing: 0, flips: [] };
}

/** Recordings from before loads were kept are taken at their workload's name, as boards take them. */
function sameLoad({ outcome: a }: Recording, { outcome: b }: Recording, workload: string): boolean {
  const [one, other] = [a.trial.loads?.[workload], b.trial.loads?.[workload]];
  return one === undefined || other === undefined || one === other;
}

function ratioOf({ outcome }: Recording, workload: string) {
  const found = outcome.kind === "recorded" ? outcome.speed.workloads : [];
  return found.filter((one) => one.workload === workload).map(({ ratio }) => ratio);
}

/** Whether a run is of the promoted code: of the promoted row, the same trial too. */
function isOf(one: Shelved, { recording }: Reference): boolean {
  const [own, promoted] = [one.outcome.trial, recording.outcome.trial];
  return codeOf(one.stamp) === codeOf(recording.stamp) &&
    (own.name !== promoted.name || own.id === promoted.id);
}

/** The standard error of one run by its own pairs, over all runs. */
function within(head: readonly Recording[], workload: string): number {
  const errors = head.flatMap((one) => ratioOf(one, workload))
    .map(({ interval: { low, high } }) => Math.log(high / low) / 2 / Z975);
  return Math.sqrt(errors.reduce((sum, one) => sum + one ** 2, 0) / errors.length);
}
