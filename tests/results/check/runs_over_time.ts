/** Made-up recordings of a row, one a day, each at a commit of its own: no figure in here was measured. */
import type { Outcome } from "../../../evals/mod.ts";
import type { Recording, Stamp } from "../../../results/mod.ts";
import { alone, clock, DAY, PARTS, recorded, recording, trial, workload } from "../fixture.ts";

/** The id of the commit of a day. */
export const commitOf = (day: number) => `${day}`.padStart(2, "0").padEnd(40, "a");

/** A stamp's fields on a day. */
export const onDay = (day: number): Pick<Stamp, "at" | "commit"> => ({
  at: clock.now() + day * DAY,
  commit: { id: commitOf(day), dirty: false },
});

/** An outcome of a row that raced to this ratio, its pairs within a thousandth. */
export function raced(name: string, ratio: number, loads?: Readonly<Record<string, string>>): Outcome {
  const bare = name === "baseline again" || name === "peer" ? { techniques: [], candidate: PARTS } : {};
  return recorded(trial(name, { ...bare, ...(loads ? { loads } : {}) }), [alone(workload(ratio, 0.001))]);
}

/** One recording a day with these ratios, from a day on. */
export const runs = (name: string, ratios: readonly number[], from = 0): Promise<readonly Recording[]> =>
  Promise.all(ratios.map((ratio, i) => recording(raced(name, ratio), onDay(from + i))));
