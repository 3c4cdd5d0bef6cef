/**
 * What a matrix should be where its inputs are no longer those of the model at full precision, so that what comes out
 * is nearest to what came out there: a regression on the inputs as they are (GPTAQ, Li et al., ICML 2025). Where its
 * products are added to a residual, what that has lost is made good too.
 */
import type { Dense, Inputs, Products } from "../../engine/mod.ts";
import { inverseFactor } from "./cholesky.ts";

/** Of inputs x, and of the residual r beside them, and how both are apart from those at full precision. */
export interface Drift {
  /** x^T x, [in, in]. */
  readonly gram: Dense;
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
  let [gram, inputs, residual]: (Dense | undefined)[] = [];
  for await (const one of made) {
    const { value: other } = await whole.next() as { value: Inputs };
    const rows = one.x.length / n;
    const x = { rows, columns: n, values: one.x };
    gram = sum(gram, await products.of(x, x, "a"));
    inputs = sum(inputs, await products.of(apart(other.x, one.x, rows), x, "a"));
    if (!one.residual) continue;
    residual = sum(residual, await products.of(apart(other.residual!, one.residual, rows), x, "a"));
  }
  return { gram: gram!, inputs: inputs!, ...(residual && { residual }) };
}

/** a - b */
function apart(a: Float32Array, b: Float32Array, rows: number): Dense {
  const values = a.slice();
  for (let i = 0; i < values.length; i++) values[i]! -= b[i]!;
  return { rows, columns: values.length / rows, values };
}

/** w + (w D + R) (G + damping)^-1 for a drift G, D, R; w itself where the moments have no inverse. */
export async function targetOf(
  w: Dense,
  { gram, inputs, residual }: Drift,
  damping: number,
  products: Products,
): Promise<Dense> {
  const n = w.columns;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += gram.values[i * n + i]! / n;
  const damped = gram.values.slice();
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
