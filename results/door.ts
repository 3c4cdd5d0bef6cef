/** The store's door: a speed enters only with a verdict that its own checks bear out. */
import { type Check, type Outcome, verifies } from "../evals/mod.ts";

/** @throws when the outcome is `recorded` without a passing verdict, or another kind carries a speed anywhere. */
export function admit(outcome: Outcome): void {
  if (outcome.kind === "recorded") {
    if (!verifies(outcome.verdict) || !outcome.verdict.checks.every(isWhole)) {
      throw new Error(
        `Cannot record a speed for ${outcome.trial.name} as its checks must come to a pass: found otherwise`,
      );
    }
    return;
  }
  const path = speedIn(outcome, "outcome");
  if (path !== undefined) {
    throw new Error(
      `Cannot keep the ${outcome.kind} outcome of ${outcome.trial.name} as it must hold no speed: found ${path}`,
    );
  }
}

/** Whether the check has a say in the verdict: it has a margin, or counts breaches. */
export function isJudged(check: Check): boolean {
  return check.allowed !== undefined || check.decision !== undefined;
}

/** A margin without a decision would let a failed check through, and so would a bound that is no number. */
function isWhole({ allowed, decision, n, interval: { low, high } }: Check): boolean {
  return n > 0 && Number.isFinite(low) && Number.isFinite(high) &&
    (allowed === undefined) === (decision === undefined);
}

/** The path of the first key named `speed`, at any depth. */
function speedIn(value: unknown, path: string): string | undefined {
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "speed") return `${path}.${key}`;
    const found = speedIn(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
