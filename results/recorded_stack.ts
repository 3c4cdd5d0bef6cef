/**
 * From a recording back to a stack that runs. A recording keeps what a stack's slots are, not the code behind them, so
 * the suite that it came from makes the stack again, and it must come out the same.
 */
import { canonical, type Engine, type Json, parts, type Stack, UserError } from "../engine/mod.ts";
import { isNamedSuite, loadSuite, plan, type Trial } from "../evals/mod.ts";
import { visible } from "./columns.ts";
import type { Shelved } from "./recording.ts";
import type { Setting } from "./verbs/setting.ts";

export interface Recorded {
  readonly engine: Engine;
  readonly stack: Stack;
  /** Whether suite and code are as they were when it was recorded. */
  readonly unchanged: boolean;
}

/** @throws {UserError} unless the recording has a pass. */
export function checkPass({ id, outcome }: Shelved): void {
  const { kind, trial: { name } } = outcome;
  if (kind === "recorded" || kind === "held") return;
  const found = kind === "rejected" ? `they were found ${outcome.verdict.kind}` : `the trial was ${kind}`;
  throw new UserError(
    `Cannot serve ${visible(name)} as its answers must have held the baseline's quality: ${found}. ` +
      `\`deno task explain ${id.slice(0, 12)}\` says why; --unverified serves it all the same.`,
  );
}

/** The stack of a trial, made by its suite. @throws {UserError} where that makes no such stack. */
export async function recordedStack(
  trial: Trial,
  suiteFile: string | undefined,
  setting: Setting,
): Promise<Recorded> {
  const name = visible(trial.name);
  const cannot = (must: string, then = ""): never => {
    throw new UserError(`Cannot serve ${name} as ${must}.${then}`);
  };
  if (trial.imported) {
    cannot(`it must have been run here: it is in the logs of ${visible(trial.imported.tool)}`);
  }
  if (suiteFile === undefined && !isNamedSuite(trial.suite)) {
    cannot(
      `its suite ${visible(trial.suite)} must be at hand: it is not one of Assay's`,
      " Name its file with --suite.",
    );
  }
  const rows = await plan({ suite: await loadSuite(suiteFile ?? trial.suite), ...setting });
  const text = (part: Trial["candidate"]) => canonical(part as unknown as Json);
  const row = rows.find(({ candidate }) => text(parts(candidate)) === text(trial.candidate));
  if (row !== undefined) {
    return { engine: row.engine, stack: row.candidate, unchanged: row.trial.id === trial.id };
  }
  const { base } = trial;
  if (text({ ...base, model: parts(setting.baseline).model }) !== text(base)) {
    cannot(
      `it must run on the model of its recording, ${visible(base.model.name)}: found ${
        visible(setting.baseline.model.name)
      }`,
      " Name it with --model.",
    );
  }
  return cannot(`its suite ${visible(trial.suite)} must still make it: no row has this stack any more`);
}
