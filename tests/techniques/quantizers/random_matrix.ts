/** Matrices and texts whose channels differ in size, as activations of language models do; the same each time. */
import type { Dense } from "../../../engine/mod.ts";

/** Uniform in [-1, 1). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

export function randomMatrix(rows: number, columns: number, seed: number): Dense {
  const random = generator(seed);
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, random) };
}

/** x [tokens, columns], every fifth channel ten times as large, channels `silent` always zero; its gram and mean |x|. */
export function randomInputs(tokens: number, columns: number, seed: number, silent: readonly number[] = []) {
  const x = randomMatrix(tokens, columns, seed);
  const values = x.values.map((value, i) => {
    const channel = i % columns;
    if (silent.includes(channel)) return 0;
    return (value + x.values[i - i % columns]!) * (channel % 5 === 0 ? 10 : 1);
  });
  const gram = new Float32Array(columns * columns);
  const sizes = new Float32Array(columns);
  for (let t = 0; t < tokens; t++) {
    const row = values.subarray(t * columns, (t + 1) * columns);
    row.forEach((a, i) => {
      sizes[i]! += Math.abs(a) / tokens;
      row.forEach((b, j) => gram[i * columns + j]! += a * b);
    });
  }
  return { values, gram, sizes };
}
