/**
 * GPTQ (Frantar et al., ICLR 2023): the inputs of a matrix are rounded one after another, and what a rounding does to
 * the outputs is taken back by the inputs that are still to come, as the inverse of the inputs' second moments says.
 * Inputs with much in them go first, while the groups' steps are those of the groups as they lie ("act-order" with
 * static groups), so that nothing has to be reordered when the matrix is used.
 */
import { type Dense, type Integers, layout, type Products, UserError } from "../../engine/mod.ts";
import { inverseFactor, part } from "./cholesky.ts";
import { descend } from "./descent.ts";
import { changeOf, checkFinite, type Grid, lossOf as lossOfChange, nearest } from "./grid.ts";
import { searchSteps } from "./gptq_steps.ts";

export type SolveOptions = {
  /** What is added to the second moments' diagonal, as a share of its mean. */
  readonly damping: number;
  /** Whether inputs with more in them are rounded first. */
  readonly ordered: boolean;
  /** Whether steps are searched for (gptq_steps.ts); absent: each group's are those of its range. */
  readonly searched?: boolean;
  /** How often codes and scales are gone through again afterwards (descent.ts); absent: never. */
  readonly sweeps?: number;
};

/** Inputs that are rounded before what they leave is taken to all that come later. */
const BLOCK = 128;

/**
 * The matrix [out, in] at a precision, with `gram` x^T x [in, in] of its inputs.
 * @throws {UserError} when a weight or a moment is not a finite number.
 */
export async function solve(
  w: Dense,
  gram: Float32Array,
  precision: Integers,
  { damping, ordered, searched = false, sweeps = 0 }: SolveOptions,
  products: Products,
): Promise<Grid> {
  const n = w.columns;
  checkFinite(w.values, (at) => `weight ${at % n} of row ${Math.floor(at / n)}`);
  const order = orderOf(gram, n, ordered);
  const moments = await damped(gram, n, order, damping, products);
  const costs = new Float64Array(n);
  order.forEach((input, i) => costs[input] = moments.factor[i * n + i]! ** -2);
  const start = searched ? searchSteps(w, costs, precision) : nearest(w, precision);
  const grid = await roundInTurn(w, start, order, moments.factor, products);
  return sweeps === 0 ? grid : await descend(products, w, moments.gram, grid, sweeps);
}

/** On the steps that are given, inputs in order, by the factor u of their moments' inverse in that order. */
async function roundInTurn(
  { rows, columns: n, values }: Dense,
  { scales, zeros, precision }: Grid,
  order: readonly number[],
  u: Float32Array,
  products: Products,
): Promise<Grid> {
  const { group, groups } = layout(precision, n);
  const groupOf = Int32Array.from(order, (input) => Math.floor(input / group));
  const top = 2 ** precision.bits - 1;
  const codes = new Uint8Array(values.length);
  const left = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < n; i++) left[row * n + i] = values[row * n + order[i]!]!;
  }
  for (let first = 0; first < n; first += BLOCK) {
    const end = Math.min(n, first + BLOCK);
    const size = end - first;
    const errors = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      for (let i = first; i < end; i++) {
        const at = row * groups + groupOf[i]!;
        const value = left[row * n + i]!;
        const scale = scales[at]!;
        const zero = zeros[at]!;
        const code = Math.min(top, Math.max(0, Math.floor(value / scale + 0.5) + zero));
        codes[row * n + order[i]!] = code;
        const error = (value - scale * (code - zero)) / u[i * n + i]!;
        errors[row * size + i - first] = error;
        for (let j = i + 1; j < end; j++) left[row * n + j]! -= error * u[i * n + j]!;
      }
    }
    if (end === n) break;
    const block = { rows, columns: size, values: errors };
    const taken = await products.of(block, part(u, n, first, size, end, n - end));
    for (let row = 0; row < rows; row++) {
      for (let j = end; j < n; j++) left[row * n + j]! -= taken.values[row * (n - end) + j - end]!;
    }
  }
  return { codes, scales, zeros, precision };
}

/** Of the products with the inputs, the share that is lost where `made` stands for `w`: tr(d g d^T) / tr(w g w^T). */
export async function lossOf(
  w: Dense,
  made: Float32Array,
  gram: Float32Array,
  products: Products,
): Promise<number> {
  const energy = (values: Float32Array) => lossOfChange(products, { ...w, values }, gram);
  return await energy(changeOf(w, made).values) / (await energy(w.values) || 1);
}

/** The inputs in the order in which they are rounded. */
function orderOf(gram: Float32Array, n: number, ordered: boolean): readonly number[] {
  const all = Array.from({ length: n }, (_, i) => i);
  const unfit = all.find((i) => !Number.isFinite(gram[i * n + i]!));
  if (unfit !== undefined) {
    throw new UserError(
      `Cannot calibrate as the activations must be finite numbers: input ${unfit} of the matrix has ${
        gram[unfit * n + unfit]
      }. The model itself gives no numbers on the calibration text.`,
    );
  }
  return ordered ? all.sort((a, b) => gram[b * n + b]! - gram[a * n + a]! || a - b) : all;
}

/**
 * The moments damped, and in the given order the factor of their inverse; damped more where they have none as they are.
 */
async function damped(
  gram: Float32Array,
  n: number,
  order: readonly number[],
  damping: number,
  products: Products,
): Promise<{ readonly gram: Float32Array; readonly factor: Float32Array }> {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += gram[i * n + i]! / n;
  const h = new Float32Array(n * n);
  for (let share = damping;; share = Math.max(share * 10, 1e-6)) {
    const own = gram.slice();
    // An input that was never there has no say, and its rounding is the nearest.
    for (let i = 0; i < n; i++) own[i * n + i]! += own[i * n + i] === 0 ? mean || 1 : mean * share;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) h[i * n + j] = own[order[i]! * n + order[j]!]!;
    }
    const factor = await inverseFactor(h, n, products);
    if (factor !== undefined) return { gram: own, factor };
  }
}
