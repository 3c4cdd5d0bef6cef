/**
 * The studentized bootstrap over clusters (bootstrap-t: Efron, 1982; Hall, The Bootstrap and Edgeworth Expansion, 1992),
 * whose one-sided bounds follow the skewness of the data to the second order, where Student's t does not. Each draw is
 * a 32-bit hash of (seed, replicate, draw) in integer arithmetic and each sum has a fixed order, so the same samples
 * give the same bits on every machine.
 */

/** Replicates of a judgement: their 500th is the 5 % point. */
export const REPLICATES = 10_000;

/** The Weyl increment of splitmix: draws of one replicate are hashed at multiples of it. */
const STEP = 0x9e3779b9;

/** Share of the squares below which a variance is what rounding left of nothing. */
const FUZZ = 1e-12;

/** A 32-bit integer hashed without bias to speak of (Wellons' lowbias32). */
export function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0xd35a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** The cluster that a draw takes, of `clusters`. */
export function drawn(seed: number, replicate: number, draw: number, clusters: number): number {
  const stream = mix(mix(seed) + Math.imul(replicate, STEP));
  return Math.floor(mix(stream + Math.imul(draw, STEP)) * clusters / 2 ** 32);
}

/**
 * The quantile at `share` and at `1 - share` of the studentized ratio over resampled clusters, each with the sum of its
 * residuals (which add up to 0) and of its weights. A resample without spread says nothing and counts as infinite.
 */
export function studentized(
  residuals: Float64Array,
  weights: Float64Array,
  share: number,
  seed: number,
  replicates: number = REPLICATES,
): readonly [number, number] {
  const clusters = residuals.length;
  const scale = clusters / 2 ** 32;
  const inflation = clusters / (clusters - 1);
  const ratios = new Float64Array(replicates);
  for (let b = 0; b < replicates; b++) {
    let x = mix(mix(seed) + Math.imul(b, STEP));
    let [sum, weight, squares, cross, weights2] = [0, 0, 0, 0, 0];
    for (let i = 0; i < clusters; i++) {
      // The loop of `drawn`, written out.
      let h = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
      h = Math.imul(h ^ (h >>> 15), 0xd35a2d97);
      const at = (((h ^ (h >>> 15)) >>> 0) * scale) >>> 0;
      const r = residuals[at]!, w = weights[at]!;
      sum += r;
      weight += w;
      squares += r * r;
      cross += r * w;
      weights2 += w * w;
      x = (x + STEP) | 0;
    }
    const shift = sum / weight;
    const variance = inflation * (squares - shift * (2 * cross - shift * weights2));
    ratios[b] = variance > FUZZ * squares ? sum / Math.sqrt(variance) : sum < 0 ? -Infinity : Infinity;
  }
  ratios.sort();
  const at = Math.max(0, Math.floor((replicates + 1) * share) - 1);
  return [ratios[at]!, ratios[replicates - 1 - at]!];
}
