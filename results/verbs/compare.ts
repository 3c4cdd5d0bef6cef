/** `deno task compare`: any two recordings, sample by sample. */
import { UserError } from "../../engine/mod.ts";
import { escapedJson } from "../columns.ts";
import { lookup } from "../lookup.ts";
import { sideBySide } from "../side_by_side.ts";
import { sideText } from "../side_text.ts";
import { keptAt, openStore, storePath } from "../store.ts";
import { terminalWidth } from "../terminal.ts";
import { pagePath, places } from "../viewer/links.ts";
import { read, whole } from "./arguments.ts";

const USAGE = {
  command: "deno task compare",
  about: "lays two recordings side by side, sample by sample: what one answered and the other did not",
  operand: {
    value: "A B",
    about: "recordings' ids or their beginnings, or rows' names for their latest",
  },
  options: {
    samples: { value: "N", about: "pairs shown of each metric, the worse of B first; 3 where absent" },
    json: { about: "print one JSON document on one line instead, with every pair" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
  },
} as const;

/** Prints both. @throws {UserError} where either is none, or both are the same. */
export function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return Promise.resolve(0);
  const most = whole(values.samples ?? "3", "samples", 0, 1_000_000);
  using store = openStore(keptAt(values.store ?? storePath(), "read"));
  const found = (text: string) => lookup(store.shelf, text, "compare");
  const [a, b] = [found(values._[0]!), found(values._[1]!)];
  if (a.id === b.id) {
    throw new UserError(
      `Cannot compare ${values._.join(" and ")} as they must be two recordings: both are ${
        a.id.slice(0, 12)
      }.`,
    );
  }
  const both = sideBySide(a, b);
  if (values.json) {
    console.log(escapedJson(both));
    return Promise.resolve(0);
  }
  const width = Math.max(40, Math.min(terminalWidth(), 100));
  console.log(sideText(both, width, most).join("\n"));
  console.log(`\n As a page: deno task view, then /${pagePath(places.compare(a.id, b.id))}`);
  return Promise.resolve(0);
}
