/** What is to be known of a head that is held against recordings, in sentences. */
import type { CheckedRow } from "../../evals/mod.ts";
import { day, plural } from "../figures.ts";
import type { Past } from "./past.ts";

function references({ references }: Past): readonly string[] {
  return [...references].map(([name, { recording, promotion: { by, at, why, expires } }]) =>
    `${name} is held against ${recording.id.slice(0, 12)} and other runs of its code, a reference since ${
      day(at)
    } (${by}: ${why}), until ${day(expires)}.`
  );
}

/** `rows`: the baseline's and all others; `peer`: the engine that was raced beside them, if any. */
export function notesOf(
  past: Past,
  rows: readonly CheckedRow[],
  peer: string | undefined,
): readonly string[] {
  const versions = new Set(rows.flatMap(({ outputs }) => outputs?.notes ?? []));
  const shared = peer === undefined
    ? [
      "What slows the baseline and every row alike is not seen: no other engine was raced beside them. --base sees it.",
    ]
    : [];
  const earlier = rows.flatMap(({ workloads }) =>
    workloads.map(({ logs, pace }) => logs.length - pace.pairs)
  );
  const fewest = Math.min(Infinity, ...earlier);
  const few = fewest < 3
    ? [
      `With ${
        plural(fewest, "run")
      } before the head, little is known of how far runs spread: record more (deno task bench --again).`,
    ]
    : [];
  return [...past.notes, ...references(past), ...versions, ...shared, ...few];
}
