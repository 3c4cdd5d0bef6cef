/** A mean over tokens, kept by position in the text too: some faults begin where a text gets long. */
import type { Grade } from "./eval.ts";

interface Mean {
  sum: number;
  weight: number;
}

export class Positions {
  readonly #all: Mean = { sum: 0, weight: 0 };
  readonly #slices = new Map<string, Mean>();

  /** One token's value; `ways`: other slices that it belongs to. */
  add(value: number, position: number, ...ways: readonly string[]): void {
    for (const name of [bucket(position), ...ways]) {
      const slice = this.#slices.get(name) ?? { sum: 0, weight: 0 };
      this.#slices.set(name, slice);
      slice.sum += value;
      slice.weight++;
    }
    this.#all.sum += value;
    this.#all.weight++;
  }

  grade(): Grade {
    const slices = [...this.#slices].map(([name, { sum, weight }]) =>
      [name, { value: sum / weight, weight }] as const
    );
    const { sum, weight } = this.#all;
    return { value: sum / weight, weight, slices: Object.fromEntries(slices) };
  }
}

/** Doubling buckets: 0-15, 16-31, 32-63, and so on. */
function bucket(position: number): string {
  const from = position < 16 ? 0 : 2 ** Math.floor(Math.log2(position));
  return `positions ${from}-${from === 0 ? 15 : 2 * from - 1}`;
}
