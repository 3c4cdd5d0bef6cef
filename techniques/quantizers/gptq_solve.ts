/**
 * GPTQ (Frantar et al., ICLR 2023): the inputs of a matrix are rounded one after another, and what a rounding does to
 * the outputs is taken back by the inputs that are still to come, as the inverse of the inputs' second moments says.
 * Inputs with much in them go first, while the groups' steps are those of the groups as they lie ("act-order" with
 * static groups), so that nothing has to be reordered when the matrix is used.
 */
import {
  type Dense,
  type Integers,
  layout,
  pack,
  type Packed,
  type Products,
  stepsOf,
  UserError,
} from "../../engine/mod.ts";
import { inverseFactor, part } from "./cholesky.ts";

export type SolveOptions = {
  /** What is added to the second moments' diagonal, as a share of its mean. */
  readonly damping: number;
  /** Whether inputs with more in them are rounded first. */
  readonly ordered: boolean;
};

/** A matrix [out, in] as codes, with a scale and a zero [out, groups] for each group: w = scale (code - zero). */
export interface Solved {
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly zeros: Uint8Array;
}

/** Inputs that are rounded before what they leave is taken to all that come later. */
const BLOCK = 128;

/**
 * The matrix at a precision, with `gram` x^T x [in, in] of its inputs.
 * @throws {UserError} when a weight or a moment is not a finite number.
 */
export async function solve(
  { rows: out, columns: n, values }: Dense,
  gram: Float32Array,
  precision: Integers,
  { damping, ordered }: SolveOptions,
  products: Products,
): Promise<Solved> {
  const order = orderOf(gram, n, ordered);
  const { scales, zeros, groups, group } = steps(values, out, n, precision);
  const u = await damped(gram, n, order, damping, products);
  const w = new Float32Array(out * n);
  for (let row = 0; row < out; row++) {
    for (let i = 0; i < n; i++) w[row * n + i] = values[row * n + order[i]!]!;
  }
  const top = 2 ** precision.bits - 1;
  const codes = new Uint8Array(out * n);
  for (let first = 0; first < n; first += BLOCK) {
    const end = Math.min(n, first + BLOCK);
    const errors = new Float32Array(out * (end - first));
    for (let row = 0; row < out; row++) {
      for (let i = first; i < end; i++) {
        const at = row * groups + Math.floor(order[i]! / group);
        const [value, scale, zero] = [w[row * n + i]!, scales[at]!, zeros[at]!];
        const code = Math.min(top, Math.max(0, Math.floor(value / scale + 0.5) + zero));
        codes[row * n + order[i]!] = code;
        const error = (value - scale * (code - zero)) / u[i * n + i]!;
        errors[row * (end - first) + i - first] = error;
        for (let j = i + 1; j < end; j++) w[row * n + j]! -= error * u[i * n + j]!;
      }
    }
    if (end === n) break;
    const left = { rows: out, columns: end - first, values: errors };
    const taken = await products.of(left, part(u, n, first, end - first, end, n - end));
    for (let row = 0; row < out; row++) {
      for (let j = end; j < n; j++) w[row * n + j]! -= taken.values[row * (n - end) + j - end]!;
    }
  }
  return { codes, scales, zeros };
}

/** Rows `first` to `first + rows` as the runtime reads them. */
export function packRows(
  { codes, scales, zeros }: Solved,
  width: number,
  first: number,
  rows: number,
  precision: Integers,
): Packed {
  const { groups } = layout(precision, width);
  const [from, to] = [first * groups, (first + rows) * groups];
  const own = codes.subarray(first * width, (first + rows) * width);
  return pack(own, scales.slice(from, to), zeros.subarray(from, to), rows, precision);
}

/** Of the products with the inputs, the share that is lost where `made` stands for `w`: tr(d g d^T) / tr(w g w^T). */
export async function lossOf(
  w: Dense,
  made: Float32Array,
  gram: Float32Array,
  products: Products,
): Promise<number> {
  const n = w.columns;
  const energy = async (values: Float32Array) => {
    const times = await products.of({ ...w, values }, { rows: n, columns: n, values: gram });
    return times.values.reduce((sum, value, i) => sum + value * values[i]!, 0);
  };
  return await energy(w.values.map((value, i) => value - made[i]!)) / (await energy(w.values) || 1);
}

/** The steps of each group as the plainest rounding has them. */
function steps(values: Float32Array, out: number, n: number, precision: Integers) {
  const { group, groups } = layout(precision, n);
  const scales = new Float32Array(out * groups);
  const zeros = new Uint8Array(out * groups);
  for (let row = 0; row < out; row++) {
    for (let g = 0; g < groups; g++) {
      let [min, max, sum] = [0, 0, 0];
      for (let i = row * n + g * group; i < row * n + Math.min(n, (g + 1) * group); i++) {
        const value = values[i]!;
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      if (!Number.isFinite(sum)) {
        throw new UserError(
          `Cannot quantize the weights as all must be finite numbers: row ${row} of the matrix holds ${sum}.`,
        );
      }
      const { scale, zero } = stepsOf(min, max, precision);
      scales[row * groups + g] = scale;
      zeros[row * groups + g] = zero;
    }
  }
  return { scales, zeros, group, groups };
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

/** The factor for the moments in this order; damped more where they have none as they are. */
async function damped(
  gram: Float32Array,
  n: number,
  order: readonly number[],
  damping: number,
  products: Products,
): Promise<Float32Array> {
  let mean = 0;
  for (let i = 0; i < n; i++) mean += gram[i * n + i]! / n;
  const h = new Float32Array(n * n);
  for (let share = damping;; share = Math.max(share * 10, 1e-6)) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) h[i * n + j] = gram[order[i]! * n + order[j]!]!;
      // An input that was never there has no say, and its rounding is the nearest.
      h[i * n + i]! += h[i * n + i] === 0 ? mean || 1 : mean * share;
    }
    const u = await inverseFactor(h, n, products);
    if (u !== undefined) return u;
  }
}
