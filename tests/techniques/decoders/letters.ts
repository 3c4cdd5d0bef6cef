/** Calibration text for tiny models: random letters. */
import type { Dataset, Text } from "../../../datasets/mod.ts";
import { random } from "../quantizers/tiny_matrices.ts";

export const letters: Dataset<Text> = {
  name: "letters",
  version: "1",
  source: "drawn here",
  license: "none",
  split: "calibration",
  digest: "letters",
  size: 40,
  async *samples() {
    const next = random(7);
    const letter = () => "abcdefghijklmnopqrstuvwxyz"[Math.floor((next() + 1) * 13)];
    for (let i = 0; i < 40; i++) {
      yield { id: `${i}`, cluster: `${i}`, slices: [], text: Array.from({ length: 48 }, letter).join("") };
    }
  },
};
