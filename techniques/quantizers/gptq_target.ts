/**
 * What a matrix should be where its inputs are no longer those of the model at full precision, so that what comes out
 * is nearest to what came out there: a regression on the inputs as they are (GPTAQ, Li et al., ICML 2025). Where its
 * products are added to a residual, what that has lost is made good too.
 */
import type { Dense, Inputs, Products } from "../../engine/mod.ts";
import { inverseFactor } from "./cholesky.ts";

/** How inputs x, and the residual r beside them, are apart from those at full precision. */
export interface Drift {
  /** (x_full - x)^T x, [in, in]. */
  readonly inputs: Dense;
  /** (r_full - r)^T x, [out, in]; absent where no residual is added. */
  readonly residual?: Dense;
}

/** Of the same rows through both models, batch by batch; x has n columns. */
export async function driftOf(
  full: AsyncIterable<Inputs>,
  made: AsyncIterable<Inputs>,
  n: number,
  products: Products,
): Promise<Drift> {
  const whole = full[Symbol.asyncIterator]();
  let inputs: Dense | undefined;
  let residual: Dense | undefined;
  for await (const one of made) {
    const { value: other } = await whole.next() as { value: Inputs };
    const rows = one.x.length / n;
    const x = { rows, columns: n, values: one.x };
    const apart = (a: Float32Array, b: Float32Array): Dense => ({
      rows,
      columns: a.length / rows,
      values: a.map((value, i) => value - b[i]!),
    });
    inputs = sum(inputs, await products.of(apart(other.x, one.x), x, "a"));
    if (!one.residual) continue;
    residual = sum(residual, await products.of(apart(other.residual!, one.residual), x, "a"));
  }
  return { inputs: inputs!, ...(residual && { residual }) };
}

/** w + (w D + R) (x^T x + damping)^-1 for a drift D, R; w itself where the moments have no inverse. */
export async function targetOf(
  w: Dense,
  gram: Float32Array,
  { inputs, residual }: Drift,
  damping: number,
  products: Products,
): Promise<Dense> {
  const n = w.columns;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += gram[i * n + i]! / n;
  const damped = gram.slice();
  for (let i = 0; i < n; i++) damped[i * n + i]! += damping * mean;
  const factor = await inverseFactor(damped, n, products);
  if (factor === undefined) return w;
  const u = { rows: n, columns: n, values: factor };
  const lost = await products.of(w, inputs);
  const all = residual ? sum(lost, residual) : lost;
  return sum(await products.of(await products.of(all, u, "b"), u), w);
}

/** a + b, in a's own memory. */
function sum(a: Dense | undefined, b: Dense): Dense {
  if (a === undefined) return b;
  for (let i = 0; i < b.values.length; i++) a.values[i]! += b.values[i]!;
  return a;
}
