/** Standard normal numbers, the same for the same seed. */
import { uniform } from "../../../engine/mod.ts";

export function normals(seed: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [uniform(seed, 2 * i), uniform(seed, 2 * i + 1)];
    return Math.sqrt(-2 * Math.log(1 - a)) * Math.cos(2 * Math.PI * b);
  });
}
