/** Which check of an outcome is the one to look at, by how much of its margin is used up. */
import { BOARD_MARGIN, type Check, type Outcome } from "../evals/mod.ts";
import { isJudged } from "./door.ts";
import { count, measured } from "./figures.ts";

const ORDER = { fail: 0, unsure: 1, pass: 2 } as const;

/**
 * Failed before undecided before passed, and of the passed what a pass rests on before guards and laws, which can only
 * refuse; then by the share of the margin that is used up; reported ones last.
 */
export function byWeight(a: Check, b: Check): number {
  const order = (check: Check) => {
    if (!isJudged(check)) return 4;
    const refuses = check.decision === "pass" && (check.rule === "guard" || check.rule === "law");
    return ORDER[check.decision ?? "unsure"] + Number(refuses);
  };
  return order(a) - order(b) || (isJudged(a) ? marginUsed(b) - marginUsed(a) : 0);
}

/** The check that decides. */
export function worstCheck(outcome: Outcome): Check | undefined {
  return "verdict" in outcome ? outcome.verdict.checks.filter(isJudged).toSorted(byWeight)[0] : undefined;
}

/**
 * How much of what is allowed is used up: above 1 is over. By margin the worst plausible loss counts, for a guard the
 * loss that is shown, for a law how far its probability has fallen.
 */
export function marginUsed({ rule, loss, candidate, interval, allowed = 0, decision }: Check): number {
  if (rule === "law") return allowed / candidate;
  // A guard may watch both directions; it says so only by failing.
  const shown = decision === "fail" ? Math.max(interval.low, -interval.high) : interval.low;
  const worst = rule === "exact" ? loss : rule === "guard" ? shown : interval.high;
  if (allowed > 0) return worst / allowed;
  return worst > 0 ? Infinity : 0;
}

/** Whether a check was given more room than a board allows; only margins decide places. */
export function isWideCheck({ rule, unit, allowed }: Check): boolean {
  return rule === "margin" && allowed !== undefined && allowed > (BOARD_MARGIN[unit] ?? 0) + 1e-12;
}

/** Checks that are named one by one. */
const NAMED = 3;

/** Which checks have what room: "acc of arc_easy, 5.0 pp"; of many the first. */
export function saidMargins(checks: readonly Pick<Check, "metric" | "eval" | "unit" | "allowed">[]): string {
  const named = checks.slice(0, NAMED).map((check) =>
    `${check.metric} of ${check.eval}, ${measured(check.allowed ?? 0, check.unit)}`
  );
  const left = checks.length - named.length;
  return named.join("; ") + (left > 0 ? `; and ${count(left)} more` : "");
}
