/** `deno task export`: recordings as lines of JSON for another machine, with who exported them, when and from what. */
import { systemClock, UserError } from "../../engine/mod.ts";
import { visible } from "../columns.ts";
import { type Chosen, exportLines } from "../exchange/export.ts";
import { makeKey, readKey } from "../exchange/seal.ts";
import { giveUp, write } from "../exchange/write.ts";
import { count, plural } from "../figures.ts";
import { readCommit, versions } from "../record.ts";
import type { Broken } from "../recording.ts";
import type { Shelf } from "../shelf.ts";
import { keptAt, openStore, storePath } from "../store.ts";
import { read } from "./arguments.ts";
import { onInterrupt } from "./interrupt.ts";
import { StatusLine } from "./status_line.ts";

const USAGE = {
  command: "deno task export",
  about:
    "writes recordings as lines of JSON, each checked against its digest, for `deno task import` elsewhere",
  options: {
    to: {
      value: "FILE",
      about: "where to; gzipped where the name ends in .gz; standard output where absent",
    },
    hardware: {
      value: "NAME",
      about: "only of machines whose processor's name has this, or whose id begins so",
    },
    suite: { value: "NAME", about: "only of this suite" },
    since: { value: "DATE", about: "only what was recorded then or later, e.g. 2026-11-25" },
    by: { value: "NAME", about: "who exports, as the importer will see it" },
    sign: { value: "FILE", about: "sign with the private key in this file" },
    "new-key": { value: "FILE", about: "make a key for --sign, print its public half, and stop" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
  },
} as const;

/** Writes the lines. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const { to, by, sign, "new-key": newKey } = values;
  if (newKey !== undefined) {
    console.log(await makeKey(newKey));
    return 0;
  }
  const key = sign === undefined ? undefined : await readKey(sign);
  const status = new StatusLine();
  using store = openStore(
    keptAt(values.store ?? storePath(), "export"),
    (done, total) => status.show(`indexing ${done}/${total}`, done / total),
  );
  const chosen = chosenOf(values, store.shelf);
  const commit = await readCommit();
  let [left, done] = [0, 0];
  const lines = exportLines(store, {
    heading: {
      ...(by === undefined ? {} : { by: named(by) }),
      at: systemClock.now(),
      versions: versions(),
      ...(commit === undefined ? {} : { commit }),
    },
    chosen,
    shown: to === undefined && Deno.stdout.isTerminal(),
    ...(key === undefined ? {} : { key }),
    broken: ({ id, why }: Broken) => {
      left++;
      status.clear();
      console.error(`Left out ${id}, which cannot be read: ${visible(why)}.`);
    },
  });
  const total = store.shelf.list({}, 0, 0).total;
  using _ = onInterrupt(() => {
    status.clear();
    if (to !== undefined) giveUp(to);
  }, "Interrupted. No file was written.");
  await write(to, lines, () => {
    done++;
    if (to !== undefined) {
      status.show(`exporting ${count(Math.min(done, total))} of ${count(total)}`, done / total, "exporting");
    }
  });
  status.clear();
  // The heading and the seal are lines too.
  if (to !== undefined) {
    console.error(
      `${plural(done - 2, "recording")} written to ${visible(to)}${
        left > 0 ? `, ${count(left)} left out` : ""
      }.`,
    );
  }
  return 0;
}

function named(by: string): string {
  if (by.length <= 200) return by;
  throw new UserError(`Cannot export as --by must be a name of at most 200 characters: found ${by.length}.`);
}

function chosenOf(
  { hardware, suite, since }: Readonly<Record<"hardware" | "suite" | "since", string | undefined>>,
  shelf: Shelf,
): Chosen {
  const scopes = shelf.scopes();
  const known = (names: readonly string[]) =>
    [...new Set(names)].toSorted().map((name) => visible(name)).join(", ") || "none";
  const machines = scopes.map((scope) => scope.hardware).filter(({ id, cpu }) =>
    hardware === undefined || id.startsWith(hardware) || cpu.toLowerCase().includes(hardware.toLowerCase())
  );
  if (hardware !== undefined && machines.length === 0) {
    throw new UserError(
      `Cannot export recordings of ${
        visible(hardware)
      } as it must be in a processor's name, or begin an id: found ${
        known(scopes.map(({ hardware: { cpu, id } }) => `${cpu} (${id.slice(0, 8)})`))
      }.`,
    );
  }
  if (suite !== undefined && !scopes.some((scope) => scope.suite === suite)) {
    throw new UserError(
      `Cannot export recordings of suite ${visible(suite)} as it must be one that ran: found ${
        known(scopes.map((scope) => scope.suite))
      }.`,
    );
  }
  const from = since === undefined ? undefined : Date.parse(since);
  if (Number.isNaN(from)) {
    throw new UserError(`Cannot export since ${visible(since!)} as it must be a date, e.g. 2026-11-25.`);
  }
  return {
    ...(hardware === undefined ? {} : { hardware: [...new Set(machines.map(({ id }) => id))] }),
    ...(suite === undefined ? {} : { suite }),
    ...(from === undefined ? {} : { since: from }),
  };
}
