/**
 * What a head can be held against: recordings of the same machine, model, precision and suite, by the same Deno, which
 * is the runner's and not the change's. Packages that a commit pins are part of the change, and are not asked to be the
 * same; another load under a workload's name is (loads of a trial). What somebody else exported counts where its key is
 * trusted. Recordings of the head's own commit are the head's.
 */
import { UserError } from "../../engine/mod.ts";
import { AGAIN } from "../../evals/mod.ts";
import { day, plural } from "../figures.ts";
import { codeOf } from "../ledger.ts";
import { inForce, type Promotion } from "../promotions.ts";
import type { Shelved, Stamp } from "../recording.ts";
import { scopeKey } from "../scope.ts";
import type { Shelf } from "../shelf.ts";

/** A recording that was promoted, and what was said of it. */
export interface Reference {
  readonly recording: Shelved;
  readonly promotion: Promotion;
}

export interface Past {
  /** Of each row its recordings before the head, oldest first. */
  readonly rows: ReadonlyMap<string, readonly Shelved[]>;
  /** Of each row its recordings at the head's own commit. */
  readonly head: ReadonlyMap<string, readonly Shelved[]>;
  /** Of each row the latest promoted recording that holds. */
  readonly references: ReadonlyMap<string, Reference>;
  /** What was left out, or no longer holds, in sentences. */
  readonly notes: readonly string[];
}

/**
 * The past of a suite where the head runs. `here`: its stamp.
 * @throws {UserError} where there is none, saying what there is.
 */
export function pastOf(shelf: Shelf, here: Stamp, suite: string): Past {
  const { hardware, model, versions, commit, at } = here;
  const scope = scopeKey({ hardware, model, suite, workload: "" });
  const all = shelf.recordings(scope).filter(({ origin }) => origin === undefined || origin.trusted);
  const same = all.filter(({ stamp }) => stamp.versions.deno === versions.deno);
  // Without a commit nothing tells the head from what was recorded before it.
  const own = ({ stamp }: Shelved) => commit !== undefined && codeOf(stamp) === codeOf(here);
  const before = same.filter((one) => !own(one));
  if (before.length === 0) throw new UserError(none(shelf, here, suite, all.length, same.length));
  const { references, over } = referencesOf(shelf, before, at);
  const left = all.length - same.length;
  return {
    rows: byName(before),
    // Uncommitted changes on one commit are not the same from one run to the next.
    head: byName(commit?.dirty ? [] : same.filter((one) => own(one) && one.origin === undefined)),
    references,
    notes: [
      ...(left > 0
        ? [
          `${plural(left, "recording")} by another Deno than ${versions.deno} ${
            left === 1 ? "is" : "are"
          } left out.`,
        ]
        : []),
      ...over,
    ],
  };
}

const byName = (recordings: readonly Shelved[]) =>
  Map.groupBy(recordings, ({ outcome }) => outcome.trial.name);

function referencesOf(shelf: Shelf, before: readonly Shelved[], now: number) {
  const promotions = shelf.promotions();
  const standing = inForce(promotions, now);
  const ever = new Set(promotions.map(({ recording }) => recording));
  const references = new Map<string, Reference>();
  const over: string[] = [];
  for (const [name, all] of byName(before)) {
    const said = all.filter(({ id }) => ever.has(id));
    const latest = said.filter(({ id }) => standing.has(id))
      .map((recording) => ({ recording, promotion: standing.get(recording.id)! }))
      .toSorted((a, b) => a.promotion.at - b.promotion.at).at(-1);
    if (latest !== undefined) references.set(name, latest);
    else if (said.length > 0) {
      const ended = Math.max(
        ...promotions.filter(({ recording }) => said.some(({ id }) => id === recording)).map(({ expires }) =>
          Math.min(expires, now)
        ),
      );
      over.push(`The reference of ${name} ended on ${day(ended)}: it is held against its latest level.`);
    }
  }
  return { references, over };
}

/** Why there is nothing to hold against, and what to do. */
function none(shelf: Shelf, here: Stamp, suite: string, all: number, sameDeno: number): string {
  const { hardware: { id, cpu, cores, backend, threads }, model, versions } = here;
  const scopes = shelf.scopes().filter((one) => one.suite === suite);
  const elsewhere = scopes.find((one) => one.model.digest === model.digest && one.hardware.id !== id)
    ?.hardware;
  const found = sameDeno > 0
    ? "those of this very commit alone"
    : all > 0
    ? `those by another Deno than ${versions.deno} alone`
    : elsewhere !== undefined
    ? `those of other hardware alone, e.g. ${elsewhere.cpu}, ${
      plural(elsewhere.cores, "core")
    }, ${elsewhere.backend}`
    : scopes.length > 0
    ? "those of other models alone"
    : "none of that suite";
  return `Cannot check against recordings as the store must hold some from before the head, of suite ${suite} with ${model.name} (${model.precision}) on this hardware (${cpu}, ${
    plural(cores, "core")
  }, ${backend}, ${
    plural(threads, "thread")
  }): found ${found}. Run \`deno task bench\` with it at the commit to hold against, or check with --base.`;
}

/** The rows that fold no technique and are not the baseline again: another engine that ran beside it. */
export const peerOf = (rows: Past["rows"]): string | undefined =>
  [...rows].find(([name, all]) =>
    name !== AGAIN && all.every(({ outcome }) => outcome.trial.techniques.length === 0)
  )?.[0];
