/**
 * The triangular factor of an inverse, as GPTQ needs it, by blocks so that products do the work (Golub and Van Loan,
 * Matrix Computations, 4.2). With h = r r^T and r upper triangular, taken from the last row up, u = r^-1 has
 * h^-1 = u^T u: one factorization and one triangular inverse instead of an inverse between two factorizations.
 */
import type { Dense, Products } from "../../engine/mod.ts";

const BLOCK = 128;

/**
 * Upper triangular u [n, n], row-major, with h^-1 = u^T u for a symmetric h; undefined where h is not positive definite
 * as far as its numbers tell.
 */
export async function inverseFactor(
  h: Float32Array,
  n: number,
  products: Products,
): Promise<Float32Array | undefined> {
  const left = h.slice();
  const r = new Float32Array(n * n);
  const u = new Float32Array(n * n);
  for (let first = Math.floor((n - 1) / BLOCK) * BLOCK; first >= 0; first -= BLOCK) {
    const size = Math.min(BLOCK, n - first);
    const corner = factor(left, n, first, size);
    if (corner === undefined) return undefined;
    const inverse = invert(corner, size);
    const square = { rows: size, columns: size, values: Float32Array.from(inverse) };
    put({ rows: size, columns: size, values: Float32Array.from(corner) }, r, n, first, first);
    put(square, u, n, first, first);
    if (first > 0) {
      const column = await products.of(part(left, n, 0, first, first, size), square, "b");
      put(column, r, n, 0, first);
      const outer = await products.of(column, column, "b");
      for (let i = 0; i < first; i++) {
        for (let j = 0; j < first; j++) left[i * n + j]! -= outer.values[i * first + j]!;
      }
    }
    const end = first + size;
    if (end === n) continue;
    const below = { rows: n - end, columns: n, values: u.subarray(end * n) };
    const sum = await products.of(part(r, n, first, size, end, n - end), below);
    const row = await products.of(square, sum);
    for (let i = 0; i < size; i++) {
      for (let j = end; j < n; j++) u[(first + i) * n + j] = -row.values[i * n + j]!;
    }
  }
  return u;
}

/** Upper triangular r with r r^T the square at `first`, in 64-bit floats; undefined without one. */
function factor(h: Float32Array, n: number, first: number, size: number): Float64Array | undefined {
  const r = new Float64Array(size * size);
  for (let j = size - 1; j >= 0; j--) {
    for (let i = j; i >= 0; i--) {
      let sum = h[(first + i) * n + first + j]!;
      for (let k = j + 1; k < size; k++) sum -= r[i * size + k]! * r[j * size + k]!;
      if (i < j) r[i * size + j] = sum / r[j * size + j]!;
      else if (sum > 0) r[j * size + j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return r;
}

/** The inverse of an upper triangular matrix. */
function invert(r: Float64Array, size: number): Float64Array {
  const u = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    u[j * size + j] = 1 / r[j * size + j]!;
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum += r[i * size + k]! * u[k * size + j]!;
      u[i * size + j] = -sum / r[i * size + i]!;
    }
  }
  return u;
}

/** A copy of a rectangle of a matrix that has `stride` columns. */
export function part(
  from: Float32Array,
  stride: number,
  row: number,
  rows: number,
  column: number,
  columns: number,
): Dense {
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const at = (row + i) * stride + column;
    values.set(from.subarray(at, at + columns), i * columns);
  }
  return { rows, columns, values };
}

function put(
  { rows, columns, values }: Dense,
  into: Float32Array,
  stride: number,
  row: number,
  column: number,
) {
  for (let i = 0; i < rows; i++) {
    into.set(values.subarray(i * columns, (i + 1) * columns), (row + i) * stride + column);
  }
}
