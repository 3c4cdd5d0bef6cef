/** The store's door: a speed enters only with a verdict that its own checks, and figures that its own timings bear out. */
import { type Check, type Outcome, underived, verifies } from "../evals/mod.ts";

/**
 * @throws when what passed has no passing verdict, a speed does not follow from its timings or is of what is emulated,
 * or another kind carries a speed.
 */
export function admit(outcome: Outcome): void {
  const { trial } = outcome;
  const emulated = trial.techniques.find((technique) => technique.emulated !== undefined);
  if (outcome.kind === "recorded" || outcome.kind === "held") {
    // What was read back may say anything, whatever its type promises.
    const { kind, checks }: { readonly kind: string; readonly checks: readonly Check[] } = outcome.verdict;
    if (kind !== "pass" || !verifies(outcome.verdict) || !checks.every(isWhole)) {
      throw new Error(
        `Cannot record a ${
          outcome.kind === "held" ? "pass" : "speed"
        } for ${trial.name} as its checks must come to ` +
          "a pass: found otherwise",
      );
    }
  }
  if (outcome.kind === "recorded") {
    if (emulated !== undefined) {
      throw new Error(
        `Cannot record a speed for ${trial.name} as it must be its own: ${emulated.name} is emulated, ${emulated.emulated}`,
      );
    }
    const [wrong] = outcome.speed.workloads.flatMap((speed) => underived(speed, trial.seed));
    if (wrong !== undefined) {
      throw new Error(
        `Cannot record a speed for ${trial.name} as its figures must follow from its timings: found ${wrong}`,
      );
    }
    return;
  }
  if (outcome.kind === "held" && emulated === undefined) {
    throw new Error(
      `Cannot keep a pass without a speed for ${trial.name} as one of its techniques must be emulated: none is`,
    );
  }
  const path = speedIn(outcome, "outcome");
  if (path !== undefined) {
    throw new Error(
      `Cannot keep the ${outcome.kind} outcome of ${trial.name} as it must hold no speed: found ${path}`,
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

/** What only a timed run can know; the notes of a maker of weights are another's words. */
const TIMED: readonly string[] = ["speed", "opening", "tokensPerSecond"];

/** The path of the first key that names a speed, at any depth. */
function speedIn(value: unknown, path: string): string | undefined {
  if (value === null || typeof value !== "object") return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (TIMED.includes(key)) return `${path}.${key}`;
    const found = speedIn(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
