/**
 * A check's samples looked at in parts: by position, length, subject, way of asking. A whole may hide a part that is
 * worse, so a part that is shown to lose more than is allowed fails the check. Parts are many, so each is tested at a
 * small level, shared among them (Bonferroni).
 */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { type Difference, gather, type Moments, moments } from "./interval.ts";
import type { Interval, Slice } from "./outcome.ts";

/** Differences (candidate minus base) of each slice, by its name. */
export type Parts = ReadonlyMap<string, readonly Difference[]>;

/** One-sided level at which a guard or a slice is said to lose: a suite has dozens, and none may fail by chance. */
export const GUARD_LEVEL = 0.001;
/** Fewer clusters show nothing at that level. */
const FEWEST = 5;

/** Stands for infinity in what is kept as JSON. */
const NOTHING_SHOWN = 1e9;

/** Both one-sided bounds of a loss at the guards' level, shared among `tests`. */
export function beyond({ mean, error, clusters }: Moments, tests = 1): Interval {
  const level = 1 - 2 * GUARD_LEVEL / tests;
  if (clusters < FEWEST) return { low: -NOTHING_SHOWN, high: NOTHING_SHOWN, level };
  const reach = error === 0 ? 0 : tQuantile(1 - GUARD_LEVEL / tests, clusters - 1) * error;
  return { low: mean - reach, high: mean + reach, level };
}

/** The slices of a check; `sign` turns differences into losses. */
export function slicesOf(parts: Parts, sign: number, allowed: number | undefined): readonly Slice[] {
  return [...parts].map(([name, differences]): Slice => {
    const loss = moments(gather(differences.map((d) => ({ ...d, difference: sign * d.difference }))));
    const { low } = beyond(loss, parts.size);
    return {
      name,
      n: differences.length,
      loss: loss.mean,
      low,
      failed: allowed !== undefined && low > allowed,
    };
  });
}
