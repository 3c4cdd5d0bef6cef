/**
 * One line of an export, held to everything that a recording must be: JSON of our schema and shape whose digest is its
 * id, on a machine whose digest is its id too, not from the future, and admitted at the store's door.
 */
import { canonical, type Json } from "../../engine/mod.ts";
import { foreign, hash, textOf } from "../body.ts";
import { admit } from "../door.ts";
import { moment } from "../figures.ts";
import { type Recording, SCHEMA } from "../recording.ts";
import { type Row, rowOf } from "../row.ts";
import { misshapen } from "../shape.ts";
import { DAY } from "./survey.ts";

/** A row ready for the store, or why the line is none. */
export type Examined = Row | { readonly why: string };

const LONGEST_REASON = 300;
const TEXT = new TextDecoder("utf-8", { fatal: true });

/** `now`: the time here. Never throws. */
export function examine(line: Uint8Array, now: number): Examined {
  try {
    return examined(JSON.parse(TEXT.decode(line)), now);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) {
      return { why: "it is no whole JSON: cut short or damaged" };
    }
    // A reason may quote what the line says.
    return { why: (error instanceof Error ? error.message : `${error}`).slice(0, LONGEST_REASON) };
  }
}

function examined(value: unknown, now: number): Examined {
  if (value === null || typeof value !== "object") return { why: "it is no recording" };
  const { schema, id, ...said } = value as Recording;
  if (typeof schema !== "number" || typeof id !== "string") return { why: "it is no recording" };
  if (schema !== SCHEMA) return { why: foreign(schema) };
  const text = textOf(said);
  if (hash(text) !== id) return { why: "its contents do not match its digest" };
  // What is kept is judged: a number beyond all numbers, as 1e400, is kept as null.
  const { stamp, outcome } = JSON.parse(text) as Pick<Recording, "stamp" | "outcome">;
  const wrong = misshapen(stamp, outcome);
  if (wrong !== undefined) return { why: `its ${wrong} is not what it must be` };
  const { id: machine, ...hardware } = stamp.hardware;
  if (hash(canonical(hardware as unknown as Json)) !== machine) {
    return { why: "what it says of its machine does not match that machine's digest" };
  }
  if (stamp.at > now + DAY) {
    return { why: `it says that it was recorded at ${moment(stamp.at)}, which is yet to come here` };
  }
  admit(outcome);
  return rowOf({ schema, id, stamp, outcome }, text);
}
