/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** What lies at the place of a recording, and of two beside each other. */
import { explain } from "../explain.ts";
import { apartOf } from "../leaderboard.ts";
import { losing } from "../losing.ts";
import type { Shelved } from "../recording.ts";
import { scopeOf } from "../scope.ts";
import { sideBySide } from "../side_by_side.ts";
import { triesOf } from "../tries.ts";
import type { Catalogue } from "./catalogue.ts";
import { checksTable } from "./checks.tsx";
import { ComparePage } from "./compare_page.tsx";
import type { Sheet } from "./sheets.tsx";
import { TrialPage } from "./trial_page.tsx";

/** One recording, by its id or its beginning. */
export function trialSheet(catalogue: Catalogue, text: string): Sheet | string {
  const recording = opened(catalogue, text);
  if (typeof recording === "string") return recording;
  const scope = scopeOf(recording);
  const tries = triesOf(recording, catalogue.tried(scope));
  const apart = apartOf(recording, catalogue.current(scope));
  const board = catalogue.entries().filter((entry) =>
    entry.scope === scope && recording.outcome.trial.workloads.includes(entry.workload)
  );
  return {
    page: () => <TrialPage recording={recording} tries={tries} apart={apart} board={board} />,
    json: () => ({
      ...recording,
      why: explain(recording.outcome),
      loses: losing(recording.outcome),
      tries,
      apart,
    }),
    table: () => checksTable("verdict" in recording.outcome ? recording.outcome.verdict.checks : []),
  };
}

/** Two recordings, named as "A..B". */
export function compareSheet(catalogue: Catalogue, text: string): Sheet | string {
  const [a, b] = text.split("..").map((id) => opened(catalogue, id));
  if (a === undefined || b === undefined) return "Two recordings are named as A..B.";
  if (typeof a === "string") return a;
  if (typeof b === "string") return b;
  const both = sideBySide(a, b);
  return {
    page: () => <ComparePage {...both} />,
    json: () => both,
    table: () => checksTable(both.checks),
  };
}

/** The recording whose id begins so, or why there is none. */
function opened(catalogue: Catalogue, text: string): Shelved | string {
  const [id, more] = catalogue.shelf.ids(text, 2);
  if (id === undefined) {
    return /^[0-9a-f]{1,64}$/.test(text)
      ? "There is no trial with this id here."
      : "A trial's id is made of the digits 0-9 and a-f.";
  }
  if (more !== undefined) return "More than one trial's id begins so. Give more of it.";
  const found = catalogue.shelf.open(id);
  return "why" in found ? `This record cannot be read: ${found.why}.` : found.recording;
}
