/** The likelihood that a row is placed by where bits are weighed against quality: what it loses in nats a token. */
import type { Check, Outcome } from "../evals/mod.ts";

/** Of the judged losses of likelihood without load, the greatest; undefined where none was judged. */
export function likelihoodOf(outcome: Outcome): Check | undefined {
  const checks = "verdict" in outcome ? outcome.verdict.checks : [];
  return checks.filter(({ unit, rule, when, allowed }) =>
    unit === "nats/token" && rule === "margin" && when === "quiet" && allowed !== undefined
  ).toSorted((a, b) => b.loss - a.loss)[0];
}
