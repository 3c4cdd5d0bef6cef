/** `deno task promote`: says which recordings are the references of `check --history`, why, and until when. */
import { systemClock, UserError } from "../../engine/mod.ts";
import { escapedJson, visible, wrap } from "../columns.ts";
import { word } from "../explain.ts";
import { day } from "../figures.ts";
import { git } from "../git.ts";
import { lookup } from "../lookup.ts";
import { inForce, saidPromotions } from "../promotions.ts";
import type { ResultsStore, Shelved } from "../recording.ts";
import { keptAt, openStore, storePath } from "../store.ts";
import { terminalWidth } from "../terminal.ts";
import { read, whole } from "./arguments.ts";

const USAGE = {
  command: "deno task promote",
  about: "makes recordings the references of `deno task check --history`; without any, lists those there are",
  operand: {
    value: "ID|NAME",
    about: "recordings' ids or their beginnings, or rows' names for their latest",
    many: true,
  },
  options: {
    why: { value: "TEXT", about: "why, for those who are held against it" },
    by: { value: "WHO", about: "who says so; git's user.name where absent" },
    days: { value: "N", about: "for how long it holds; 90 where absent" },
    expire: { about: "end what was promoted instead, now" },
    json: { about: "print one JSON document on one line instead" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
  },
} as const;

const DAY = 86_400_000;

/** Promotes, and lists what holds now. @throws {UserError} for what cannot be a reference. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  using store = openStore(keptAt(values.store ?? storePath(), "read"));
  const now = systemClock.now();
  const found = [...new Set(values._.map(String))].map((text) => lookup(store.shelf, text, "promote"));
  if (found.length > 0) {
    const why = values.why ?? refuse(found[0]!, "--why must say why: it is absent");
    const by = values.by ?? await nameOfUser() ??
      refuse(found[0]!, "--by must say who: git knows no user.name");
    const days = whole(values.days ?? "90", "days", 1, 3650);
    const standing = inForce(store.shelf.promotions(), now);
    for (const one of found) {
      if (!values.expire) checkReference(one);
      else if (!standing.has(one.id)) refuse(one, "it must be a reference now to end: it is none");
    }
    for (const { id } of found) {
      store.promote({ recording: id, at: now, by, why, expires: values.expire ? now : now + days * DAY });
    }
  }
  print(store, now, values.json);
  return 0;
}

function checkReference(one: Shelved): void {
  const { outcome, origin } = one;
  if (outcome.trial.imported !== undefined) {
    refuse(one, "it must have been raced here: it is of another tool's log");
  }
  if (outcome.kind !== "recorded" && outcome.kind !== "held") {
    refuse(one, `it must have passed: it is ${word(outcome)}`);
  }
  if (origin !== undefined && !origin.trusted) {
    refuse(one, "who exported it must be trusted here: its export was not signed with a trusted key");
  }
}

function refuse(one: Shelved, why: string): never {
  throw new UserError(
    `Cannot promote ${visible(one.outcome.trial.name)} (${one.id.slice(0, 12)}) as ${why}.`,
  );
}

async function nameOfUser(): Promise<string | undefined> {
  const { success, out } = await git(Deno.cwd(), "config", "user.name");
  return success && out !== "" ? out : undefined;
}

function print({ shelf }: ResultsStore, now: number, json: boolean): void {
  const told = shelf.promotions();
  const standing = inForce(told, now);
  const about = Map.groupBy(told, ({ recording }) => recording);
  const references = [...about].map(([id, promotions]) => {
    const opened = shelf.open(id);
    const { outcome, stamp } = "recording" in opened ? opened.recording : {};
    return {
      recording: id,
      name: outcome?.trial.name,
      suite: outcome?.trial.suite,
      recordedAt: stamp?.at,
      commit: stamp?.commit?.id,
      holds: standing.has(id),
      promotions,
    };
  });
  if (json) return console.log(escapedJson({ references }));
  if (references.length === 0) {
    return console.log(
      "Nothing is promoted: a head is held against the latest level of each row's recordings.",
    );
  }
  const width = Math.max(40, Math.min(terminalWidth(), 100));
  for (const { recording, name = "gone", suite = "", recordedAt = 0, commit, promotions } of references) {
    const at = commit === undefined ? "" : `, commit ${commit.slice(0, 10)}`;
    console.log(
      wrap(visible(`${name} / ${suite}: ${recording.slice(0, 12)} of ${day(recordedAt)}${at}`), width).join(
        "\n",
      ),
    );
    for (const text of saidPromotions(promotions, now)) {
      console.log(wrap(visible(text), width - 2).map((line) => `  ${line}`).join("\n"));
    }
  }
}
