/**
 * Two roundings of one matrix on asymmetric grids, where codes may differ only at ties: one side divides by the scale in
 * 64-bit floats, the other multiplies by its inverse in 32, and a value that is halfway between two codes falls to
 * either. A file whose weights were stored in blocks has many such values.
 */

/** What a matrix is rounded to: [out, blocks] scales and zeros, [out, width] codes. */
export interface Rounded {
  readonly scales: Float32Array;
  readonly zeros: Float32Array;
  readonly codes: Float32Array;
}

/** How far a quotient may be from a tie: 255 has eight bits, which leaves 2^-15 and a few roundings. */
const TIE = 1e-4;
/** Two units in the last place. */
const SCALE = 2 ** -22;

export interface Differences {
  readonly scales: number;
  readonly zeros: number;
  readonly codes: number;
  /** Of all these, the ones that are no tie, and no group of zeros alone, whose scale is any. */
  readonly unexplained: number;
}

/** Compares two roundings of w [out, width] in blocks of `block`. */
export function differences(
  w: Float32Array,
  width: number,
  block: number,
  ours: Rounded,
  theirs: Rounded,
): Differences {
  const blocks = Math.ceil(width / block);
  const found = { scales: 0, zeros: 0, codes: 0, unexplained: 0 };
  ours.scales.forEach((scale, at) => {
    const start = Math.floor(at / blocks) * width + at % blocks * block;
    const end = Math.min(start + block, (Math.floor(at / blocks) + 1) * width);
    const own = w.subarray(start, end);
    if (own.every((value) => value === 0)) return;
    if (scale !== theirs.scales[at]) found.scales++;
    if (Math.abs(theirs.scales[at]! / scale - 1) > SCALE) found.unexplained++;
    const zero = ours.zeros[at]!;
    if (zero !== theirs.zeros[at]) {
      found.zeros++;
      const least = own.reduce((min, value) => Math.min(min, value), 0);
      if (!atTie(-least / scale) || Math.abs(zero - theirs.zeros[at]!) !== 1) found.unexplained++;
      return;
    }
    for (let i = start; i < end; i++) {
      if (ours.codes[i] === theirs.codes[i]) continue;
      found.codes++;
      if (!atTie(w[i]! / scale) || Math.abs(ours.codes[i]! - theirs.codes[i]!) !== 1) found.unexplained++;
    }
  });
  return found;
}

function atTie(quotient: number): boolean {
  return Math.abs(Math.abs(quotient) % 1 - 0.5) < TIE;
}
