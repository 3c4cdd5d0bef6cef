/**
 * One metric of one eval, judged by its rule. By margin (non-inferiority): a pass when the upper bound of the loss is
 * below the allowed loss, a fail when its lower bound is above it, else unsure, with the number of samples that would
 * decide. A guard fails only where a loss beyond what is allowed is shown. Exact metrics pass only at no breach.
 */
import { UserError } from "../engine/mod.ts";
import { REPLICATES } from "./bootstrap.ts";
import type { Metric, Rule } from "./eval.ts";
import { type Difference, type Estimate, estimate, FEWEST_CLUSTERS, type Kind, kindOf } from "./interval.ts";
import { lawTest } from "./law.ts";
import type { Check, PairedSample, Unit } from "./outcome.ts";
import { samplesNeeded } from "./power.ts";
import { estimateSoFar } from "./sequential.ts";
import { beyond, type Parts, slicesOf } from "./slices.ts";

/** The largest losses that rank on a board: 2 points, 0.02 nats a token. */
export const BOARD_MARGIN: Readonly<Partial<Record<Unit, number>>> = { fraction: 0.02, "nats/token": 0.02 };

/** What else was graded beside one number a sample. */
export interface Graded {
  /** Single values behind the candidate's samples: what a law is tested on. */
  readonly parts?: readonly number[];
  /** Differences by slice, where the eval grades parts of its samples. */
  readonly slices?: Parts;
  /** Whether the samples came in turn, to be judged at every look: see sequential.ts. */
  readonly inTurn?: boolean;
}

/** Whether a metric has a say in a verdict. */
export function isJudged({ rule = "margin", allowed }: Pick<Metric, "rule" | "allowed">): boolean {
  return rule === "exact" || rule === "law" || allowed !== undefined;
}

/**
 * The check of a metric over paired samples.
 * @throws {UserError} when the margin cannot be judged by, there are no samples, or the baseline's scores are no numbers.
 * @throws {RangeError} when a score of the candidate is not a finite number: something broke.
 */
export function compare(
  metric: Metric,
  context: Pick<Check, "eval" | "when" | "against">,
  samples: readonly PairedSample[],
  { parts = [], slices = new Map(), inTurn = false }: Graded = {},
  replicates: number = REPLICATES,
): Check {
  validate(metric, context.eval, samples);
  const { rule = "margin", unit } = metric;
  const sign = metric.better === "higher" ? -1 : 1;
  const differences = samples.map((s): Difference => ({
    cluster: s.cluster,
    weight: s.weight,
    difference: sign * (s.candidate - s.base),
  }));
  const kind = kindOf(samples);
  const loss = inTurn ? soFar(differences, kind) : estimate(differences, kind, replicates);
  const total = samples.reduce((sum, s) => sum + s.weight, 0);
  const check = {
    ...context,
    metric: metric.name,
    unit,
    rule,
    n: samples.length,
    clusters: loss.clusters,
    base: samples.reduce((sum, s) => sum + s.weight * s.base, 0) / total,
    candidate: samples.reduce((sum, s) => sum + s.weight * s.candidate, 0) / total,
    loss: loss.mean,
    interval: loss.interval,
    samples,
  };
  switch (rule) {
    case "exact":
      return exact(check);
    case "law":
      return { ...check, ...lawTest(parts) };
    case "guard":
      return guard(metric, check, loss, slicesOf(slices, sign, metric.allowed), kind);
    case "margin":
      return byMargin(
        metric,
        inTurn ? { ...check, note: IN_TURN } : check,
        differences,
        kind,
        slicesOf(slices, sign, metric.allowed),
      );
  }
}

type Bare = Omit<Check, "decision">;

/** Stands for no bound yet in what is kept as JSON. */
const UNBOUNDED = 1e9;
const IN_TURN = "judged in turn: its bounds hold at every look";

/** The mean with bounds that hold at every look. */
function soFar(differences: readonly Difference[], kind: Kind): Estimate {
  const { interval, ...rest } = estimateSoFar(differences, kind);
  const [low, high] = [Math.max(-UNBOUNDED, interval.low), Math.min(UNBOUNDED, interval.high)];
  return { ...rest, interval: { ...interval, low, high } };
}

function exact(check: Bare): Check {
  const breaches = check.samples.filter((sample) => sample.candidate > 0).length;
  const count = {
    base: 0,
    candidate: breaches,
    loss: breaches,
    interval: { low: breaches, high: breaches, level: 1 },
  };
  return { ...check, ...count, allowed: 0, decision: breaches === 0 ? "pass" : "fail" };
}

function guard(
  { allowed, better, chance }: Metric,
  check: Bare,
  loss: Estimate,
  slices: NonNullable<Check["slices"]>,
  kind: Kind,
): Check {
  if (allowed === undefined) return check;
  const bounds = beyond(loss);
  const shown = better === "same" ? Math.max(bounds.low, -bounds.high) : bounds.low;
  const failed = slices.some((slice) => slice.failed);
  return {
    ...check,
    interval: bounds,
    ...(better === "same" ? { eitherWay: true } : {}),
    allowed,
    decision: shown > allowed || failed ? "fail" : "pass",
    ...(byChance(check.samples, kind, chance, allowed) ? { note: BY_CHANCE } : {}),
    ...(slices.length > 0 ? { slices } : {}),
  };
}

function byMargin(
  { allowed, unit, chance }: Metric,
  check: Bare,
  differences: readonly Difference[],
  kind: Kind,
  slices: NonNullable<Check["slices"]>,
): Check {
  const sliced = slices.length > 0 ? { slices } : {};
  if (allowed === undefined) return { ...check, ...sliced };
  const notes = check.note === undefined ? [] : [check.note];
  if (allowed > (BOARD_MARGIN[unit] ?? 0)) notes.push("wider than the board's margin: ranks nowhere");
  if (byChance(check.samples, kind, chance, allowed)) {
    notes.push(BY_CHANCE);
    return { ...check, allowed, decision: "unsure", note: notes.join("; "), ...sliced };
  }
  const worse = slices.filter((slice) => slice.failed).map(({ name }) => name);
  if (worse.length > 0) notes.push(`shown to lose more than is allowed on ${worse.join(", ")}`);
  const { interval, clusters } = check;
  const few = kind === "amounts" && clusters < FEWEST_CLUSTERS;
  if (few) {
    notes.push(
      `${clusters} clusters are too few to show how skewed losses are: a pass takes ${FEWEST_CLUSTERS}`,
    );
  }
  const decision = interval.low > allowed || worse.length > 0
    ? "fail"
    : interval.high < allowed && !few
    ? "pass"
    : "unsure";
  const needed = decision === "unsure" ? samplesNeeded(differences, kind, allowed) : undefined;
  return {
    ...check,
    allowed,
    decision,
    ...(needed === undefined ? {} : { needed }),
    ...(notes.length > 0 ? { note: notes.join("; ") } : {}),
    ...sliced,
  };
}

const BY_CHANCE =
  "the baseline is not shown to stand three margins above chance here, so this can carry no pass";

/** Whether the baseline may score by chance, give or take three margins. */
function byChance(
  samples: readonly PairedSample[],
  kind: Kind,
  chance: number | undefined,
  allowed: number,
): boolean {
  if (chance === undefined) return false;
  const base = samples.map(({ cluster, weight, base }) => ({ cluster, weight, difference: base }));
  return estimate(base, kind).interval.low <= chance + 3 * allowed;
}

/** What each rule asks of `allowed`. */
const ALLOWED: Readonly<Record<Rule, (allowed: number) => string | undefined>> = {
  margin: (allowed) => (allowed > 0 ? undefined : "its margin must be above 0"),
  guard: (allowed) => (allowed >= 0 ? undefined : "its guard must not be below 0"),
  exact: () => "breaches have no margin",
  law: () => "a law has no margin",
};

function validate(metric: Metric, name: string, samples: readonly PairedSample[]): void {
  const { rule = "margin", allowed } = metric;
  const wrong = allowed === undefined ? undefined : ALLOWED[rule](allowed);
  if (wrong !== undefined) throw new UserError(`Cannot judge ${name} as ${wrong}: found ${allowed}.`);
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
