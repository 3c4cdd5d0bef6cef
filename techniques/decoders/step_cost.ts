/**
 * What a step of the network takes by the rows that it verifies, learned as it runs: medians of the last times by rows
 * and sequences, as ratios to a line that is believed until then, and between them straight in the logarithm of rows.
 */
import type { StepTime } from "../../engine/mod.ts";

/** More that each further row takes, as a share of the first: near what a CPU takes at 32-bit floats. */
const SLOPE = 0.045;
/** Times kept of a number of rows, and how many make it known. */
const KEPT = 9;
const ENOUGH = 3;
/** After so many steps each number of rows forgets one time, so that what was slow once is tried again. */
const FORGETTING = 256;
/** Shorter steps are no network's to speak of, but the work around it. */
const SHORTEST_MS = 1;
/** Numbers of rows that are told apart, for each doubling. */
const PARTS = 8;

interface Knot {
  readonly at: number;
  readonly ratio: number;
}

export class StepCost {
  readonly #times = new Map<number, Map<number, number[]>>();
  #knots = new Map<number, readonly Knot[]>();
  #steps = 0;

  /** Learns from a step. */
  timed({ rows, sequences, milliseconds }: StepTime): void {
    if (!(milliseconds >= SHORTEST_MS)) return;
    const ofSequences = at(this.#times, sequences, () => new Map<number, number[]>());
    const times = at(ofSequences, keyOf(rows), (): number[] => []);
    times.push(milliseconds / line(rows));
    if (times.length > KEPT) times.shift();
    if (++this.#steps % FORGETTING === 0) {
      for (const one of this.#times.values()) for (const kept of one.values()) kept.shift();
    }
    this.#knots = new Map([...this.#times].map(([of, one]) => [of, knotsOf(one)]));
  }

  /** Whether a step of so many sequences and rows was timed; of any rows, where none are given. */
  knows(sequences: number, rows?: number): boolean {
    const knots = this.#knots.get(sequences) ?? [];
    return rows === undefined ? knots.length > 0 : knots.some((knot) => knot.at === keyOf(rows));
  }

  /** Milliseconds of a step; in units of one row's, as long as no step was timed. */
  of(rows: number, sequences: number): number {
    return line(rows) * ratioAt(this.#nearest(sequences), PARTS * Math.log2(rows));
  }

  #nearest(sequences: number): readonly Knot[] {
    let [knots, distance]: [readonly Knot[], number] = [[], Infinity];
    for (const [of, own] of this.#knots) {
      const away = Math.abs(Math.log(of / sequences));
      if (own.length > 0 && away < distance) [knots, distance] = [own, away];
    }
    return knots;
  }
}

function line(rows: number): number {
  return 1 + SLOPE * (rows - 1);
}

function keyOf(rows: number): number {
  return Math.round(PARTS * Math.log2(rows));
}

function knotsOf(times: ReadonlyMap<number, readonly number[]>): readonly Knot[] {
  return [...times].filter(([, kept]) => kept.length >= ENOUGH)
    .map(([at, kept]) => ({ at, ratio: median(kept) }))
    .sort((a, b) => a.at - b.at);
}

function ratioAt(knots: readonly Knot[], place: number): number {
  if (knots.length === 0) return 1;
  const next = knots.findIndex((knot) => knot.at >= place);
  if (next < 0) return knots.at(-1)!.ratio;
  const [above, below] = [knots[next]!, knots[next - 1]];
  if (below === undefined) return above.ratio;
  const share = (place - below.at) / (above.at - below.at);
  return below.ratio + share * (above.ratio - below.ratio);
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}
