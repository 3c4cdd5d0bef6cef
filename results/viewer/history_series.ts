/** How each row of a board fared over time, its change points, and how far the baseline lay from itself meanwhile. */
import { AGAIN, changePoints, levels, noiseFloor } from "../../evals/mod.ts";
import type { Table } from "../csv.ts";
import { word } from "../explain.ts";
import type { Board } from "../leaderboard.ts";
import { isInTime } from "../objective.ts";
import type { Recording } from "../recording.ts";
import { scopeKey } from "../scope.ts";

export interface Point {
  readonly id: string;
  readonly at: number;
  readonly verdict: ReturnType<typeof word>;
  readonly commit?: string;
  /** Equal versions are joined by a line; a change breaks it. */
  readonly versions: string;
  readonly ratio?: { readonly estimate: number; readonly low: number; readonly high: number };
  /** The latency objective broke, so the ratio is no gain. */
  readonly late?: true;
}

/** A change point of the ratio: at which run, and its level before and from then on (geometric means). */
export interface Change extends Pick<Point, "id" | "at" | "commit"> {
  readonly before: number;
  readonly after: number;
  /** Runs of either level. */
  readonly runs: readonly [number, number];
}

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
  readonly changes: readonly Change[];
}

/** How far 95 % of runs of the baseline against itself lie from 1x, 0.04 for 4 %, and how many runs show it. */
export interface Noise {
  readonly floor: number;
  readonly runs: number;
}

const inScope = (recordings: readonly Recording[], board: Board) =>
  recordings.filter(({ stamp: { hardware, model }, outcome: { trial } }) =>
    trial.workloads.some((workload) =>
      scopeKey({ hardware, model, suite: trial.suite, workload }) === board.key
    )
  );

/** One series a technique, oldest point first, for the board's scope. */
export function history(recordings: readonly Recording[], board: Board): readonly Series[] {
  const names = Map.groupBy(inScope(recordings, board), ({ outcome }) => outcome.trial.name);
  names.delete(AGAIN);
  return [...names].map(([name, all]) => {
    const points = all.toSorted((a, b) => a.stamp.at - b.stamp.at)
      .map((recording) => point(recording, board.scope.workload));
    return { name, points, changes: changesOf(points) };
  });
}

/** What the baseline against itself shows; undefined where it was not raced. */
export function noiseOf(recordings: readonly Recording[], board: Board): Noise | undefined {
  const logs = inScope(recordings, board).filter(({ outcome }) => outcome.trial.name === AGAIN)
    .flatMap((recording) => point(recording, board.scope.workload).ratio ?? [])
    .map(({ estimate }) => Math.log(estimate));
  return logs.length === 0 ? undefined : { floor: Math.expm1(noiseFloor(logs)), runs: logs.length };
}

/** How many of the points have a ratio. */
export const timedRuns = ({ points }: Pick<Series, "points">): number =>
  points.filter(({ ratio }) => ratio !== undefined).length;

function changesOf(points: readonly Point[]): readonly Change[] {
  const timed = points.flatMap((one) => one.ratio ? [{ ...one, log: Math.log(one.ratio.estimate) }] : []);
  const at = changePoints(timed.map(({ log }) => log));
  const parts = levels(timed, at);
  const level = (part: typeof timed) => Math.exp(part.reduce((sum, { log }) => sum + log / part.length, 0));
  return at.map((index, i) => {
    const { id, at, commit } = timed[index]!;
    const [before, after] = [[...parts[i]!], [...parts[i + 1]!]];
    return {
      id,
      at,
      ...(commit === undefined ? {} : { commit }),
      before: level(before),
      after: level(after),
      runs: [before.length, after.length],
    };
  });
}

function point({ id, stamp, outcome }: Recording, workload: string): Point {
  const speed = outcome.kind === "recorded"
    ? outcome.speed.workloads.find((entry) => entry.workload === workload)
    : undefined;
  const ratio = speed?.ratio;
  return {
    id,
    at: stamp.at,
    verdict: word(outcome),
    versions: Object.entries(stamp.versions).map(([name, version]) => `${name} ${version}`).join(", "),
    ...(stamp.commit ? { commit: stamp.commit.id.slice(0, 8) + (stamp.commit.dirty ? "+" : "") } : {}),
    ...(ratio
      ? { ratio: { estimate: ratio.estimate, low: ratio.interval.low, high: ratio.interval.high } }
      : {}),
    ...(speed && !isInTime(speed) ? { late: true as const } : {}),
  };
}

export const historyTable = (series: readonly Series[]): Table =>
  series.flatMap(({ name, points, changes }) =>
    points.map(({ id, at, verdict, ratio, late, commit, versions }) => ({
      name,
      at: new Date(at).toISOString(),
      verdict,
      ratio: ratio?.estimate,
      ratio_low: ratio?.low,
      ratio_high: ratio?.high,
      latency_broke: late ?? false,
      changed_from: changes.find((change) => change.id === id)?.before,
      changed_to: changes.find((change) => change.id === id)?.after,
      commit,
      versions,
      trial: id,
    }))
  );
