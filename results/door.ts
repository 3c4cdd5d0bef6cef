/** The store's door: a speed enters only with a verdict that its own checks, and figures that its own timings bear out. */
import { type Check, type Outcome, underived, verifies } from "../evals/mod.ts";

/** @throws when a recorded outcome has no passing verdict or figures of its own making, or another kind carries a speed. */
export function admit(outcome: Outcome): void {
  if (outcome.kind === "recorded") {
    // What was read back may say anything, whatever its type promises.
    const { kind, checks }: { readonly kind: string; readonly checks: readonly Check[] } = outcome.verdict;
    if (kind !== "pass" || !verifies(outcome.verdict) || !checks.every(isWhole)) {
      throw new Error(
        `Cannot record a speed for ${outcome.trial.name} as its checks must come to a pass: found otherwise`,
      );
    }
    const [wrong] = outcome.speed.workloads.flatMap((speed) => underived(speed, outcome.trial.seed));
    if (wrong !== undefined) {
      throw new Error(
        `Cannot record a speed for ${outcome.trial.name} as its figures must follow from its timings: found ${wrong}`,
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
