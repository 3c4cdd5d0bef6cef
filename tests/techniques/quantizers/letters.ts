/** Calibration text for the tiny llama: letters of its alphabet, some of which follow each other more often than not. */
import type { Dataset, Text } from "../../../datasets/mod.ts";

/** Ids of the tiny llama's tokens, which the letters of `LETTERS` with this number begin with. */
export const tokensOf = (number: number, length: number): readonly number[] =>
  Array.from({ length }, (_, i) => 2 + (number * 3 + i * i * (number % 4 + 1)) % 20);

export const LETTERS: Dataset<Text> = {
  name: "letters",
  version: "1",
  source: "this file",
  license: "none",
  split: "calibration",
  digest: "",
  size: 40,
  async *samples() {
    for (let i = 0; i < 40; i++) {
      const text = tokensOf(i, 40).map((id) => String.fromCharCode(95 + id)).join("");
      yield await Promise.resolve({ id: `${i}`, cluster: `${i}`, slices: [], text });
    }
  },
};
