/**
 * A sweep: the same load at one level after another, until more of it brings no more. Levels are clients of a closed loop
 * or requests a second of an open one; they double while the throughput grows. What is looked for is the knee, where more
 * load begins to cost more latency than it brings throughput (Kneedle: Satopaa et al., Finding a "Kneedle" in a Haystack,
 * 2011), and the largest level at which nine in ten requests keep the objective (Zhong et al., DistServe, OSDI 2024),
 * nearer to which three more levels are tried. Which level comes next depends on the points alone, so that a sweep that
 * was cut off goes on where it was.
 */
import type { LoadReport } from "./load_report.ts";

/** Which levels may be tried, and why no more can be. */
export interface Levels {
  readonly by: "clients" | "rate";
  readonly first: number;
  readonly most: number;
}

/** A level and what came of it, without the requests themselves. */
export interface SweepPoint extends Omit<LoadReport, "requests" | "startedAt"> {
  readonly level: number;
  readonly requests: number;
}

/** Why a sweep ended. */
export type SweepEnd = "saturated" | "most" | "unanswered";

/** Throughput must grow by so much from level to level, and falls short twice in a row where a server is saturated. */
const GROWTH = 1.1;
const SHORT = 2;
/** The share of requests that must keep the objective. */
export const ATTAINMENT = 0.9;
const NEARER = 3;
/** No level is tried that is nearer than this to its neighbours. */
const APART = 1.15;

/** The level that comes next, or why none does. */
export function nextLevel(points: readonly SweepPoint[], levels: Levels): number | SweepEnd {
  const { by, first, most } = levels;
  const doubled = points.filter(({ level }) => isDoubled(level, levels));
  const end = endOf(doubled, most);
  if (end === undefined) return doubled.length === 0 ? first : Math.min(most, 2 * doubled.at(-1)!.level);
  if (points.length - doubled.length >= NEARER) return end;
  const low = within(points)?.level;
  const high = points.filter(({ level }) => level > (low ?? Infinity)).map(({ level }) => level)
    .toSorted((a, b) => a - b)[0];
  if (low === undefined || high === undefined || high / low < APART ** 2) return end;
  const middle = Math.sqrt(low * high);
  const level = by === "clients" ? Math.round(middle) : Number(middle.toPrecision(3));
  return level > low && level < high ? level : end;
}

const isDoubled = (level: number, { first, most }: Levels): boolean =>
  level === most || Number.isInteger(Math.log2(level / first));

function endOf(doubled: readonly SweepPoint[], most: number): SweepEnd | undefined {
  const last = doubled.at(-1);
  if (last === undefined) return undefined;
  if (last.answered === 0) return "unanswered";
  const short = doubled.slice(1).map((point, i) => {
    const before = Math.max(...doubled.slice(0, i + 1).map(({ tokensPerSecond }) => tokensPerSecond));
    return point.tokensPerSecond < GROWTH * before;
  });
  if (short.length >= SHORT && short.slice(-SHORT).every(Boolean)) return "saturated";
  return last.level >= most ? "most" : undefined;
}

/** The largest level at which the objective was kept by as many requests as it takes; nothing where none did. */
export function within(points: readonly SweepPoint[]): SweepPoint | undefined {
  return points.filter(({ goodput }) => goodput !== undefined && goodput.share >= ATTAINMENT)
    .toSorted((a, b) => b.level - a.level)[0];
}

/**
 * The knee of the throughput over the levels: the point furthest above the rising diagonal, both axes stretched from 0 to
 * 1. Nothing of fewer than three points, or where none stands above it.
 */
export function kneeOf<P extends Pick<SweepPoint, "level" | "tokensPerSecond">>(
  points: readonly P[],
): P | undefined {
  if (points.length < 3) return undefined;
  const stretched = (of: (point: P) => number) => {
    const values = points.map(of);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return (point: P) => most > least ? (of(point) - least) / (most - least) : 0;
  };
  const [x, y] = [stretched(({ level }) => level), stretched(({ tokensPerSecond }) => tokensPerSecond)];
  const above = (point: P) => y(point) - x(point);
  const knee = points.reduce((best, one) => above(one) > above(best) ? one : best);
  return above(knee) > ROUNDING ? knee : undefined;
}

const ROUNDING = 1e-9;

/** What of a load's report a sweep keeps. */
export function sweepPoint(level: number, { startedAt: _, requests, ...told }: LoadReport): SweepPoint {
  return { level, requests: requests.length, ...told };
}
