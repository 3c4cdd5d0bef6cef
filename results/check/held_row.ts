/**
 * A row of a head that is held against recordings: what became of it, then its answers, then its speed over the
 * baseline. The row of the baseline itself is held by its speed over another engine that was raced beside it: that one
 * has no code of ours, so what slows every row alike shows there. A row's ratio also falls when the baseline gets
 * faster; where the baseline moved the other way, a row is not called by its ratio.
 */
import { type CheckedRow, type Dueled, isBroken, type RowKind, saidFirst, summed } from "../../evals/mod.ts";
import { word } from "../explain.ts";
import type { Recording, Shelved } from "../recording.ts";
import { heldAnswers } from "./held_answers.ts";
import { heldSpeed, type Track } from "./held_speed.ts";
import type { Reference } from "./past.ts";

export interface HeldRow {
  readonly name: string;
  /** The head's recording of it, whole. */
  readonly head: Recording;
  /** Those before it, oldest first. */
  readonly before: readonly Shelved[];
  readonly reference?: Reference;
  readonly tracks: readonly Track[];
}

export interface Holding {
  /** The slowdown that matters, and the error that each comparison may have on either side. */
  readonly margin: number;
  readonly tail: number;
  /** A recording whole, if it can be read. */
  readonly open: (id: string) => Recording | undefined;
  /** What the baseline's own row came to. */
  readonly baseline?: CheckedRow;
}

const passed = ({ outcome }: Recording) => outcome.kind === "recorded" || outcome.kind === "held";

/** Holds it. */
export function heldRow({ name, head, before, reference, tracks }: HeldRow, holding: Holding): CheckedRow {
  const bare = (kind: RowKind, why: string): CheckedRow => ({ name, kind, why, workloads: [] });
  const judged = before.findLast(({ outcome }) => "verdict" in outcome) ?? before.at(-1);
  const last = reference?.recording ?? judged;
  if (last === undefined) return bare("new", "nothing of it is recorded on this hardware");
  const { outcome } = head;
  if (!passed(last)) {
    const said = word(last.outcome);
    return passed(head)
      ? bare("new", `it was ${said} before, and passes now`)
      : bare("refused", `it was ${said} before, and is ${word(outcome)}`);
  }
  if (outcome.kind === "skipped") {
    return bare("regressed", `it ran before, and does not now: ${outcome.reason}`);
  }
  if (outcome.kind === "void") return bare(isBroken(outcome.reason) ? "regressed" : "unsure", outcome.reason);
  if (outcome.kind === "rejected") {
    const { kind, checks } = outcome.verdict;
    return bare(kind === "fail" ? "regressed" : "unsure", `the gate: ${saidFirst(checks)}`);
  }
  const whole = holding.open(last.id);
  if (whole === undefined) return bare("unsure", "the recording that it is held against cannot be read");
  const outputs = heldAnswers(whole, head);
  if (outputs.kind === "lost" || outputs.kind === "unsure") {
    return { ...bare(outputs.kind === "lost" ? "regressed" : "unsure", outputs.why!), outputs };
  }
  const lanes = tracks.flatMap((track) => heldSpeed(track, holding.margin, holding.tail) ?? [])
    .map((lane) => ownFault(lane, holding.baseline));
  if (lanes.length > 0) return { name, outputs, ...summed(lanes) };
  const why = outcome.kind === "held"
    ? outcome.reason
    : tracks.length === 0
    ? "nothing was raced beside it that it could be held by"
    : "no recording raced what it raced";
  return { name, kind: "same", why: `not timed: ${why}`, outputs, workloads: [] };
}

const OPPOSITE = { regressed: "improved", improved: "regressed" } as const;

/** The lane, undecided where the baseline moved the other way. */
function ownFault(lane: Dueled, baseline: CheckedRow | undefined): Dueled {
  const { kind, beside } = lane.pace;
  if (kind !== "regressed" && kind !== "improved") return lane;
  const moved = baseline?.workloads.find(({ workload }) => workload === lane.workload)?.pace.kind;
  if (moved !== OPPOSITE[kind]) return lane;
  return { ...lane, pace: { ...lane.pace, kind: "unsure", beside: { ...beside!, open: "baseline" } } };
}
