/** Which recording a person means: by its id, the beginning of one, a trial's id, or the name of a row. */
import { UserError } from "../engine/mod.ts";
import { visible } from "./columns.ts";
import type { Shelved } from "./recording.ts";
import type { Shelf } from "./shelf.ts";

const NAMED = 12;

/**
 * The recording meant, whole; of a name or a trial the latest. `to`: what is to be done with it.
 * @throws {UserError} when it is none or may be several.
 */
export function lookup(shelf: Shelf, text: string, to = "explain"): Shelved {
  const said = visible(text);
  const open = (id: string): Shelved => {
    const opened = shelf.open(id);
    if ("recording" in opened) return opened.recording;
    throw new UserError(`Cannot ${to} ${said} as its record must be readable: found that ${opened.why}.`);
  };
  const begun = shelf.ids(text, NAMED);
  if (begun[0] === text) return open(text);
  const names = shelf.names();
  const name = names.includes(text) ? text : names.find((one) => visible(one) === text);
  if (name !== undefined) return open(shelf.list({ name }, 0, 1).recordings[0]!.id);
  if (begun.length === 1) return open(begun[0]!);
  if (begun.length > 1) {
    const list = begun.map((id) => `${id.slice(0, 12)}${nameOf(shelf, id)}`);
    throw new UserError(
      `Cannot ${to} ${said} as it must begin one id: found ${
        begun.length === NAMED ? `${NAMED} or more` : begun.length
      }, ${list.join(", ")}. Give more of it.`,
    );
  }
  const shown = names.slice(0, NAMED).map((one) => visible(one)).join(", ");
  const rows = names.length === 0
    ? "found no recordings. Run `deno task bench` first."
    : `found none among ${shelf.list({}, 0, 0).total}, whose rows are ${shown}${
      names.length > NAMED ? " and others" : ""
    }.`;
  throw new UserError(
    `Cannot ${to} ${said} as it must be a recording's id, its beginning, or a row's name: ${rows}`,
  );
}

function nameOf(shelf: Shelf, id: string): string {
  const opened = shelf.open(id);
  return "recording" in opened ? ` (${visible(opened.recording.outcome.trial.name)})` : "";
}
