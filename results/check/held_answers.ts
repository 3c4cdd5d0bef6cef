/**
 * The answers of a head that is held against a recording. Answers themselves are not all kept, scores are: the head's
 * score of each sample stands beside the recording's, and may lose by no more than what the eval's own margin allows.
 * A gate that refuses the head has said so before.
 */
import { type Check, type Flip, MOST_FLIPS, type Outputs, saidFirst } from "../../evals/mod.ts";
import type { Recording } from "../recording.ts";
import { sideBySide } from "../side_by_side.ts";

/** Both whole. */
export function heldAnswers(before: Recording, head: Recording): Outputs {
  const { checks: both, unlike } = sideBySide(before, head);
  const quiet = both.filter(({ when }) => when === "quiet");
  const own = "verdict" in head.outcome ? head.outcome.verdict.checks : [];
  const checks = quiet.map((check) => decided(check, own));
  const [asked, apart] = [new Set<string>(), new Map<string, Flip>()];
  for (const { eval: name, samples } of checks) {
    for (const { id, base, candidate, shown } of samples) {
      const where = `${name} ${id}`;
      asked.add(where);
      if (base === candidate || apart.get(where)?.asked) continue;
      apart.set(where, {
        where,
        asked: shown?.prompt ?? "",
        base: shown?.base ?? "",
        head: shown?.candidate ?? "",
      });
    }
  }
  const about = {
    compared: asked.size,
    differing: apart.size,
    checks: checks.filter(({ samples }) => samples.some(({ base, candidate }) => base !== candidate))
      .map((check) => ({ ...check, samples: [] })),
    flips: [...apart.values()].filter(({ asked }) => asked !== "").slice(0, MOST_FLIPS),
    notes: unlike,
  };
  if (asked.size === 0) {
    return { kind: "unsure", ...about, why: "no eval asked what its reference was asked" };
  }
  if (apart.size === 0) return { kind: "equal", ...about };
  const failed = checks.filter(({ decision }) => decision === "fail");
  if (failed.length > 0) return { kind: "lost", ...about, why: saidFirst(failed) };
  const open = checks.filter(({ decision }) => decision === "unsure");
  return open.length > 0
    ? { kind: "unsure", ...about, why: saidFirst(open) }
    : { kind: "held", ...about, why: "every loss is within its margin, and the gate passes it" };
}

/** The comparison by the margin that the head's own check has, where it has one. */
function decided(check: Check, own: readonly Check[]): Check {
  const { rule, allowed } =
    own.find(({ eval: name, metric, when }) =>
      name === check.eval && metric === check.metric && when === check.when
    ) ?? check;
  if (rule !== "margin" || allowed === undefined) return check;
  const { low, high } = check.interval;
  return { ...check, allowed, decision: low > allowed ? "fail" : high < allowed ? "pass" : "unsure" };
}
