/** JSON Lines out of the store: one recording a line, oldest first. https://jsonlines.org */
import type { Broken, ResultsStore } from "./recording.ts";

/** Each string is one line without its newline; rows that cannot be read are left out and told to `broken`. */
export function* exportJsonl(store: ResultsStore, broken?: (row: Broken) => void): Iterable<string> {
  for (const recording of store.read({}, broken)) yield JSON.stringify(recording);
}
