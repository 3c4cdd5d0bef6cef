/** `deno task explain`: why a trial came out as it did, with the samples that decided. */
import { accountOf } from "../account.ts";
import { accountText } from "../account_text.ts";
import { systemClock } from "../../engine/mod.ts";
import { escapedJson, visible, wrap } from "../columns.ts";
import { gateRate } from "../gate_rate.ts";
import { lookup } from "../lookup.ts";
import { saidPromotions } from "../promotions.ts";
import { scopeOf } from "../scope.ts";
import { keptAt, openStore, storePath } from "../store.ts";
import { terminalWidth } from "../terminal.ts";
import { read, whole } from "./arguments.ts";

const USAGE = {
  command: "deno task explain",
  about: "says why a trial passed or was refused, check by check, with the samples that decided",
  operand: { value: "ID|NAME", about: "a recording's id or its beginning, or a row's name for its latest" },
  options: {
    samples: { value: "N", about: "pairs shown of each check, the most harmful first; 3 where absent" },
    json: { about: "print one JSON document on one line instead" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
  },
} as const;

/** Prints the account of one recording. */
export function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return Promise.resolve(0);
  const most = whole(values.samples ?? "3", "samples", 0, 1_000_000);
  using store = openStore(keptAt(values.store ?? storePath(), "read"));
  const { shelf } = store;
  const recording = lookup(shelf, values._[0]!);
  const scope = scopeOf(recording);
  const account = accountOf(recording, shelf.current(scope), most, shelf.tried(scope));
  const promotions = shelf.promotions(recording.id);
  if (values.json) {
    console.log(escapedJson({ ...account, promotions }));
    return Promise.resolve(0);
  }
  const width = Math.max(40, Math.min(terminalWidth(), 100));
  // The rate is that of questions asked here.
  const gate = account.imported === undefined ? ["", ...wrap(gateRate(), width)] : [];
  const reference = saidPromotions(promotions, systemClock.now()).flatMap((text) =>
    wrap(visible(text), width)
  );
  const said = reference.length === 0 ? [] : ["", ...reference];
  console.log([...accountText(account, width), ...said, ...gate].join("\n"));
  return Promise.resolve(0);
}
