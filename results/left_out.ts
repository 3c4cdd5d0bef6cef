/** Rows of a store that are kept but not shown, one sentence for each reason. */
import { short, visible } from "./columns.ts";
import { plural } from "./figures.ts";
import type { Broken } from "./recording.ts";

/** A reason may quote a name. */
const LONGEST = 300;

export interface LeftOut {
  readonly said: string;
  readonly ids: readonly string[];
}

/** By reason, in the order in which each first came. */
export function leftOut(broken: readonly Broken[]): readonly LeftOut[] {
  return [...Map.groupBy(broken, ({ why }) => why)].map(([why, rows]) => ({
    said: `${plural(rows.length, "recording")} ${rows.length === 1 ? "is" : "are"} left out, as ${
      visible(short(why, LONGEST))
    }.`,
    ids: rows.map(({ id }) => id),
  }));
}
