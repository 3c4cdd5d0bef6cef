/**
 * One metric of one eval, judged by non-inferiority: a pass when the upper bound of the loss is below the allowed
 * loss, a fail when its lower bound is above it, else unsure, with the number of samples that would decide. Exact
 * metrics count breaches and pass only at none.
 */
import { UserError } from "../engine/mod.ts";
import type { Metric } from "./eval.ts";
import { type Estimate, estimate, Z95 } from "./interval.ts";
import type { Check, PairedSample } from "./outcome.ts";

/** The largest losses that rank on a board: 2 points, 0.02 nats a token. */
export const BOARD_MARGIN: Readonly<Record<Metric["unit"], number>> = {
  fraction: 0.02,
  "nats/token": 0.02,
  breaches: 0,
};
/** Standard normal quantile at 0.8: the power that `needed` plans for. */
const Z80 = 0.8416212335729143;

/**
 * The check of a metric over paired samples.
 * @throws {UserError} when the margin cannot be judged by, there are no samples, or the baseline's scores are no numbers.
 * @throws {RangeError} when a score of the candidate is not a finite number: something broke.
 */
export function compare(
  metric: Metric,
  context: Pick<Check, "eval" | "when" | "against">,
  samples: readonly PairedSample[],
): Check {
  validate(metric, context.eval, samples);
  const sign = metric.better === "lower" ? 1 : -1;
  const loss = estimate(
    samples.map((s) => ({ cluster: s.cluster, weight: s.weight, difference: sign * (s.candidate - s.base) })),
  );
  const base = estimate(samples.map((s) => ({ cluster: s.cluster, weight: s.weight, difference: s.base })));
  const total = samples.reduce((sum, s) => sum + s.weight, 0);
  const check = {
    ...context,
    metric: metric.name,
    unit: metric.unit,
    n: samples.length,
    clusters: loss.clusters,
    base: base.mean,
    candidate: samples.reduce((sum, s) => sum + s.weight * s.candidate, 0) / total,
    loss: loss.mean,
    interval: loss.interval,
    samples,
  };
  if (metric.exact) return exact(check);
  if (metric.allowed === undefined) return check;
  const { allowed } = metric;
  const notes = allowed > BOARD_MARGIN[metric.unit] ? ["wider than the board's margin: ranks nowhere"] : [];
  const floor = metric.chance === undefined ? -Infinity : metric.chance + 3 * allowed;
  if (base.interval.low <= floor) {
    notes.push("the baseline is not clearly above chance here, so this can carry no pass");
    return { ...check, allowed, decision: "unsure", note: notes.join("; ") };
  }
  const decision = loss.interval.high < allowed ? "pass" : loss.interval.low > allowed ? "fail" : "unsure";
  return {
    ...check,
    allowed,
    decision,
    ...(decision === "unsure" ? samplesNeeded(loss, metric.unit, allowed, samples.length) : {}),
    ...(notes.length > 0 ? { note: notes.join("; ") } : {}),
  };
}

function exact(check: Omit<Check, "decision">): Check {
  const breaches = check.samples.filter((sample) => sample.candidate > 0).length;
  const count = {
    base: 0,
    candidate: breaches,
    loss: breaches,
    interval: { low: breaches, high: breaches, level: 1 },
  };
  return { ...check, ...count, allowed: 0, decision: breaches === 0 ? "pass" : "fail" };
}

/** How many samples would decide with a power of 80 % if the estimate holds; nothing where no number would. */
function samplesNeeded(
  loss: Estimate,
  unit: Metric["unit"],
  allowed: number,
  n: number,
): { readonly needed?: number } {
  const distance = Math.abs(allowed - loss.mean);
  const byError = n * ((Z95 + Z80) * loss.error / distance) ** 2;
  // A fraction's score interval has a width even without any flip: see Tango.
  const byWidth = unit === "fraction" ? Z95 ** 2 * (1 / allowed - 1) : 0;
  const needed = Math.ceil(Math.max(byError, byWidth, n + 1));
  return Number.isFinite(needed) ? { needed } : {};
}

function validate(metric: Metric, name: string, samples: readonly PairedSample[]): void {
  if (metric.allowed !== undefined && !(metric.allowed > 0)) {
    throw new UserError(`Cannot judge ${name} as its margin must be above 0: found ${metric.allowed}.`);
  }
  if (metric.unit === "breaches" && metric.allowed !== undefined) {
    throw new UserError(`Cannot judge ${name} as breaches have no margin: found ${metric.allowed}.`);
  }
  if (samples.length === 0) throw new UserError(`Cannot judge ${name} as it must have samples: found none.`);
  const bare = samples.find(({ base, weight }) => !Number.isFinite(base) || !(weight > 0));
  if (bare) {
    throw new UserError(
      `Cannot judge ${name} as the scores of the stack beneath must be finite: sample ${bare.id} has ${bare.base}. Its model may be damaged.`,
    );
  }
  const odd = samples.find(({ candidate }) => !Number.isFinite(candidate));
  if (odd) {
    throw new RangeError(
      `Cannot judge ${name} as scores must be finite: sample ${odd.id} has ${odd.base} and ${odd.candidate}`,
    );
  }
}
