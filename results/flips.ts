/** The pairs of a check by what became of them: lost, won, differently answered, the same. */
import type { Check, PairedSample } from "../evals/mod.ts";
import { breachCount, level } from "./figures.ts";

export interface Flips {
  readonly lost: readonly PairedSample[];
  readonly won: readonly PairedSample[];
  /** The same grade for another answer. */
  readonly different: readonly PairedSample[];
  readonly same: number;
}

/** Sorts a check's pairs into lost, won, different and same; first those that weigh most in the check's mean, of equals those that can be read. */
export function flips(check: Check): Flips {
  const sign = gainSign(check);
  const gain = ({ base, candidate, weight }: PairedSample) => sign * (candidate - base) * weight;
  const by = (test: (sample: PairedSample) => boolean) =>
    check.samples.filter(test).toSorted((a, b) =>
      Math.abs(gain(b)) - Math.abs(gain(a)) || Number(b.shown !== undefined) - Number(a.shown !== undefined)
    );
  const lost = by((sample) => gain(sample) < 0);
  const won = by((sample) => gain(sample) > 0);
  const different = by((sample) => gain(sample) === 0 && sample.shown !== undefined);
  return { lost, won, different, same: check.samples.length - lost.length - won.length - different.length };
}

/** Whether a metric grades an answer by whether it is another than the baseline's, which is then neither right nor wrong. */
export const isChange = ({ metric }: Pick<Check, "metric">): boolean => metric === "churn";

type Signed = Pick<Check, "metric" | "rule" | "base" | "candidate" | "loss" | "unit" | "eitherWay">;

/** +1 where a higher score is better: as the check's own loss says, else as its unit usually is. A law has no pairs. */
export function gainSign({ metric, rule, base, candidate, loss, unit, eitherWay }: Signed): 1 | 0 | -1 {
  if (rule === "law") return 0;
  if (eitherWay || isChange({ metric })) return -1;
  if (candidate !== base && loss !== 0) return (candidate - base) * loss < 0 ? 1 : -1;
  return unit === "fraction" ? 1 : -1;
}

/** One sample's score in words where it is a yes or a no: right or wrong only where more is better, changed or the same for churn. */
export function graded(value: number, check: Signed): string {
  const { unit } = check;
  if (unit === "fraction" && (value === 0 || value === 1)) {
    if (isChange(check)) return value === 1 ? "changed" : "same";
    const [yes, no] = gainSign(check) === 1 ? ["right", "wrong"] : ["yes", "no"];
    return value === 1 ? yes! : no!;
  }
  if (unit === "breaches") return value === 0 ? "" : breachCount(value);
  return level(value, unit);
}
