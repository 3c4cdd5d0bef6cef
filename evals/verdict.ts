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
  const judged = checks.filter(({ decision }) => decision !== undefined);
  if (judged.some(({ decision }) => decision === "fail")) return "fail";
  // Guards and laws show what is wrong, and never that all is right.
  const borne = judged.some(({ rule }) => rule === "margin" || rule === "exact");
  return borne && judged.every(({ decision }) => decision === "pass") ? "pass" : "unsure";
}

/** A pass is one by its own rule; no other decision can be mistaken for one. */
function holds({ decision, rule, allowed, interval, eitherWay = false, slices = [] }: Check): boolean {
  if (decision !== "pass") return true;
  if (allowed === undefined || slices.some(({ failed }) => failed)) return false;
  if (![interval.low, interval.high].every(Number.isFinite)) return false;
  switch (rule) {
    case "exact":
      return interval.high === 0;
    case "law":
      return interval.low >= allowed;
    case "guard":
      return interval.low <= allowed && (!eitherWay || -interval.high <= allowed);
    case "margin":
      return interval.high < allowed;
  }
}
