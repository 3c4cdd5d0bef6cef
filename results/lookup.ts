/** Which recording a person means: by its id, the beginning of one, a trial's id, or the name of a row. */
import { UserError } from "../engine/mod.ts";
import { visible } from "./columns.ts";
import type { Broken, Recording } from "./recording.ts";

/** What is there to be meant. */
export interface Known {
  readonly recordings: readonly Recording[];
  readonly broken: readonly Broken[];
}

const NAMED = 12;

/** The recording meant; of a name or a trial the latest. @throws {UserError} when it is none or may be several. */
export function lookup({ recordings, broken }: Known, text: string): Recording {
  const latest = (test: (recording: Recording) => boolean) =>
    recordings.filter(test).toSorted((a, b) => a.stamp.at - b.stamp.at).at(-1);
  const exact = latest(({ id }) => id === text) ??
    latest(({ outcome: { trial } }) => trial.name === text || visible(trial.name) === text) ??
    latest(({ outcome }) => outcome.trial.id === text);
  if (exact !== undefined) return exact;
  const begun = recordings.filter(({ id }) => id.startsWith(text));
  if (begun.length === 1) return begun[0]!;
  const said = visible(text);
  if (begun.length > 1) {
    const list = begun.slice(0, NAMED).map(({ id, outcome }) =>
      `${id.slice(0, 12)} (${visible(outcome.trial.name)})`
    );
    throw new UserError(
      `Cannot explain ${said} as it must begin one id: found ${begun.length}, ${
        list.join(", ")
      }. Give more of it.`,
    );
  }
  const unread = broken.find(({ id }) => id.startsWith(text));
  if (unread !== undefined) {
    throw new UserError(`Cannot explain ${said} as its record must be readable: found that ${unread.why}.`);
  }
  const names = [...new Set(recordings.map(({ outcome }) => visible(outcome.trial.name)))];
  const rows = names.length === 0
    ? "found no recordings. Run `deno task bench` first."
    : `found none among ${recordings.length}, whose rows are ${names.slice(0, NAMED).join(", ")}${
      names.length > NAMED ? " and others" : ""
    }.`;
  throw new UserError(
    `Cannot explain ${said} as it must be a recording's id, its beginning, or a row's name: ${rows}`,
  );
}
