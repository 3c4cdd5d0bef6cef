/** Matrices for solvers, the same for the same seed. */
import type { Dense } from "../../../engine/mod.ts";

/** Numbers between -1 and 1. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export function matrixOf(rows: number, columns: number, seed = 1): Dense {
  const next = random(seed);
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, next) };
}

/** Weights as trained ones lie: many near 0, few far from it. */
export function bellOf(rows: number, columns: number, seed = 1): Dense {
  const next = random(seed);
  const value = () => next() + next() + next() + next();
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, value) };
}

/** x^T x of `rows` rows of n inputs that lean on their neighbours and are of unlike size. */
export function gramOf(n: number, rows: number, seed = 7): Float32Array {
  const next = random(seed);
  const gram = new Float32Array(n * n);
  for (let row = 0; row < rows; row++) {
    let last = next();
    const x = Array.from({ length: n }, (_, i) => (last = 0.8 * last + 0.6 * next()) * (1 + i % 5));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) gram[i * n + j]! += x[i]! * x[j]!;
    }
  }
  return gram;
}
