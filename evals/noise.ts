/**
 * What rounding alone does to a stack's answers. The same stack is asked in other ways that must not matter: many at
 * once or alone, in one go or in chunks, on one thread or two, on a warm cache or a fresh one (A/A). A difference of a
 * candidate is a numerical tie only within what these show.
 */

export interface Noise {
  /** Largest distance of one logit margin, or log-probability, between two ways of asking. */
  readonly drift: number;
  /** Sum of the distances at all `positions`. */
  readonly sum: number;
  readonly positions: number;
  /** Answers that turned over somewhere, of how many. */
  readonly ties: number;
  readonly answers: number;
}

export const NO_NOISE: Noise = { drift: 0, sum: 0, positions: 0, ties: 0, answers: 0 };

/** The least band of numerical ties, in logits: 32-bit sums in another order differ by less. */
export const TIE = 1e-4;
/**
 * The widest band that rounding explains: SmolLM2-135M at 4 bits turns over at margins of up to half a logit. A stack
 * that turns over at more than twice that has a fault, and may excuse none.
 */
export const WIDEST = 1;
/** How far beyond the largest drift of A/A a drift is still rounding: a maximum seen is not the largest there is. */
const REACH = 2;

/** Drifts up to this are rounding: the band of numerical ties. */
export const band = ({ drift }: Noise): number => Math.min(WIDEST, Math.max(TIE, REACH * drift));

/** Mean drift of one position, at least that of 32-bit sums. */
export const meanDrift = ({ sum, positions }: Noise): number =>
  Math.max(TIE, positions === 0 ? 0 : sum / positions);

/** Share of answers that turn over by rounding alone. */
export const tieRate = ({ ties, answers }: Noise): number => (answers === 0 ? 0 : ties / answers);

/** Noise of several answers together. */
export function joined(all: readonly Noise[]): Noise {
  return all.reduce((a, b) => ({
    drift: Math.max(a.drift, b.drift),
    sum: a.sum + b.sum,
    positions: a.positions + b.positions,
    ties: a.ties + b.ties,
    answers: a.answers + b.answers,
  }), NO_NOISE);
}

/** Noise of several ways of asking, any of which may be a candidate's: each quantity is the noisiest way's. */
export function noisiest(ways: readonly Noise[]): Noise {
  const most = (of: (noise: Noise) => number) =>
    ways.reduce((best, way) => (of(way) > of(best) ? way : best), NO_NOISE);
  const { drift } = most((way) => way.drift);
  const { sum, positions } = most(meanDrift);
  const { ties, answers } = most(tieRate);
  return { drift, sum, positions, ties, answers };
}

/** The drift between two lists of the same quantity, position by position. */
export function driftOf(values: readonly number[], reference: readonly number[]): Noise {
  let [drift, sum] = [0, 0];
  const positions = Math.min(values.length, reference.length);
  for (let i = 0; i < positions; i++) {
    const distance = Math.abs(values[i]! - reference[i]!);
    drift = Math.max(drift, distance);
    sum += distance;
  }
  return { drift, sum, positions, ties: 0, answers: 1 };
}
