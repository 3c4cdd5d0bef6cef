/** Where checks become a verdict, and the only place where a Pass is minted. */
import type { Check, Fail, Pass, Unsure, Verdict } from "./outcome.ts";

/** Pass when something was judged and all of it passed; fail when any of it failed; else unsure. */
export function judge(checks: readonly Check[]): Verdict {
  const kind = derive(checks);
  return kind === "pass" ? { kind, checks } as unknown as Pass : { kind, checks } as Fail | Unsure;
}

/** Whether a verdict read back from outside is the one that its checks lead to, decisions derived again as well. */
export function verifies(verdict: { readonly kind: string; readonly checks: readonly Check[] }): boolean {
  return verdict.checks.every(holds) && derive(verdict.checks) === verdict.kind;
}

function derive(checks: readonly Check[]): Verdict["kind"] {
  const decisions = checks.flatMap((check) => (check.decision === undefined ? [] : [check.decision]));
  if (decisions.includes("fail")) return "fail";
  return decisions.length > 0 && decisions.every((decision) => decision === "pass") ? "pass" : "unsure";
}

/** A pass has its interval inside the margin, or not one breach; no other decision can be mistaken for one. */
function holds({ decision, allowed, unit, interval }: Check): boolean {
  if (decision !== "pass") return true;
  if (allowed === undefined) return false;
  return unit === "breaches" ? interval.high === 0 : interval.high < allowed;
}
