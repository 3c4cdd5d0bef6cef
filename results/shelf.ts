/**
 * The shelf: what lists and boards need of the recordings, kept beside them in the store, so that no page reads more
 * than it shows. A row is derived from its recording when that is appended, and compared with it when it is opened.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { type Body, textOf, unpack } from "./body.ts";
import type { Word } from "./explain.ts";
import { light } from "./light.ts";
import type { Promotion } from "./promotions.ts";
import {
  type Broken,
  type Exported,
  type Origin,
  type Recording,
  SCHEMA,
  type Shelved,
} from "./recording.ts";
import type { Scope } from "./scope.ts";
import type { Try } from "./tries.ts";

/** What stands on the same boards, one a workload: a machine, a model with its precision, a suite. */
export interface ShelvedScope extends Omit<Scope, "workload"> {
  readonly key: string;
  /** Empty where all of it was imported from other tools. */
  readonly workloads: readonly string[];
  /** How many recordings, how many of them got no speed, and how many there are of each verdict. */
  readonly count: number;
  readonly refused: number;
  readonly counts: Readonly<Record<Word, number>>;
  /** When its latest was recorded. */
  readonly at: number;
}

/** Which recordings to list, the latest first; all where nothing is asked. */
export interface Listing {
  readonly words?: readonly Word[];
  readonly name?: string;
  readonly scope?: string;
  /** Only, or without, those judged from logs of other tools. */
  readonly imported?: boolean;
}

/** The part of a listing that a page shows. */
export interface Listed {
  readonly total: number;
  readonly recordings: readonly Shelved[];
}

/** How the shelf reaches the file it lies in. */
export interface Access {
  /** Runs with the database, once everything appended lies on the shelf. */
  read<T>(action: (db: DatabaseSync) => T): T;
}

/** The word of a row that cannot be read. */
export const BROKEN = "BROKEN";

/** As JSON: a bare NUL would end the text where it is read back. */
const NAME = "json_quote(name) AS name";

const TRUSTED = "(SELECT count(*) FROM trusted)";

const ORIGIN = `LEFT JOIN origins o ON o.origin = a.origin LEFT JOIN trusted t ON t.key = o.key`;
const ROW = `SELECT s.id, s.light, o.about, t.key AS trusted FROM shelf s
  LEFT JOIN arrivals a ON a.seq = s.seq ${ORIGIN}`;

export class Shelf {
  readonly #access: Access;
  #scopes: { readonly revision: number; readonly scopes: readonly ShelvedScope[] } | undefined;

  constructor(access: Access) {
    this.#access = access;
  }

  /** Every scope, the latest first. */
  scopes(): readonly ShelvedScope[] {
    return this.#access.read((db) => {
      const { revision } = db.prepare(`SELECT max(seq) + ${TRUSTED} AS revision FROM shelf`).get() as {
        revision: number;
      };
      if (this.#scopes?.revision !== revision) this.#scopes = { revision, scopes: scopesOf(db) };
      return this.#scopes.scopes;
    });
  }

  /** How many keys are trusted, with which the origins of recordings change. */
  trusted(): number {
    return this.#access.read((db) => Number(db.prepare(`SELECT ${TRUSTED} AS n`).get()!.n));
  }

  /** All recordings of a scope, oldest first. */
  recordings(scope: string): readonly Shelved[] {
    return this.#rows(`${ROW} WHERE s.scope = ? AND s.word <> '${BROKEN}' ORDER BY s.at, s.seq`, [scope]);
  }

  /** Of each name in a scope its latest judged recording, else its latest: what its boards are folded from. */
  current(scope: string): readonly Shelved[] {
    const rank = `row_number() OVER (PARTITION BY name
      ORDER BY word IN ('PASS', 'HELD', 'FAIL', 'UNSURE') DESC, at DESC, seq DESC) AS place`;
    return this.#rows(
      `${ROW} JOIN (SELECT seq, ${rank} FROM shelf WHERE scope = ? AND word <> '${BROKEN}') r
       ON r.seq = s.seq AND r.place = 1 ORDER BY s.at, s.seq`,
      [scope],
    );
  }

  /** Every try in a scope, oldest first, as counting tries needs them. */
  tried(scope: string): readonly Try[] {
    const sql =
      `SELECT id, scope, at, ${NAME}, word FROM shelf WHERE scope = ? AND word <> '${BROKEN}' ORDER BY at, seq`;
    return this.#access.read((db) =>
      db.prepare(sql).all(scope).map((row) => ({ ...row, name: JSON.parse(`${row.name}`) }) as unknown as Try)
    );
  }

  /** A part of what is asked for, the latest first. */
  list({ words, name, scope, imported }: Listing, from: number, count: number): Listed {
    const wanted: readonly (readonly [string, readonly SQLInputValue[]])[] = [
      words === undefined
        ? [`s.word <> '${BROKEN}'`, []]
        : [`s.word IN (${words.map(() => "?").join(", ")})`, words],
      ...(name === undefined ? [] : [["s.name = ?", [name]] as const]),
      ...(scope === undefined ? [] : [["s.scope = ?", [scope]] as const]),
      // The number itself, so that the index of those alone can be used.
      ...(imported === undefined ? [] : [[`s.imported = ${Number(imported)}`, []] as const]),
    ];
    const where = wanted.map(([clause]) => clause).join(" AND ");
    const values = wanted.flatMap(([, values]) => values);
    const total = name === undefined && imported === undefined
      ? sum((words ?? WORDS).map((word) => this.counts(scope)[word]))
      : this.#access.read((db) =>
        (db.prepare(`SELECT count(*) AS n FROM shelf s WHERE ${where}`).get(...values) as { n: number }).n
      );
    const page = `SELECT s.seq FROM shelf s WHERE ${where} ORDER BY s.at DESC, s.seq DESC LIMIT ? OFFSET ?`;
    const recordings = this.#rows(
      `${ROW} WHERE s.seq IN (${page}) ORDER BY s.at DESC, s.seq DESC`,
      [...values, count, from],
    );
    return { total, recordings };
  }

  /** How many there are of each verdict, in one scope or in all. */
  counts(scope?: string): Readonly<Record<Word, number>> {
    const of = this.scopes().filter(({ key }) => scope === undefined || key === scope);
    return countsOf((word) => sum(of.map(({ counts }) => counts[word])));
  }

  /** The id of the oldest recording. */
  oldest(): string | undefined {
    const sql = `SELECT id FROM shelf WHERE word <> '${BROKEN}' ORDER BY at, seq LIMIT 1`;
    return this.#access.read((db) => db.prepare(sql).get()?.id as string | undefined);
  }

  /** The names of all rows, those of the latest recordings first. */
  names(): readonly string[] {
    const sql =
      `SELECT ${NAME} FROM shelf WHERE word <> '${BROKEN}' GROUP BY shelf.name ORDER BY max(at) DESC`;
    return this.#access.read((db) => db.prepare(sql).all().map(({ name }): string => JSON.parse(`${name}`)));
  }

  /** The ids that begin so, at most `most`; a trial's id, or an id, gives that of its latest or itself. */
  ids(text: string, most: number): readonly string[] {
    if (!/^[0-9a-f]{1,64}$/.test(text)) return [];
    return this.#access.read((db) => {
      const asked = (sql: string, ...values: SQLInputValue[]) =>
        db.prepare(sql).all(...values).map(({ id }) => `${id}`);
      const exact = asked("SELECT id FROM recordings WHERE id = ?", text);
      if (exact.length > 0) return exact;
      // A whole digest alone: what was imported may call its trial by the beginning of another's id.
      const trial = text.length < 64
        ? []
        : asked("SELECT id FROM recordings WHERE trial = ? ORDER BY at DESC, seq DESC LIMIT 1", text);
      if (trial.length > 0) return trial;
      const begun = "SELECT id FROM recordings WHERE id >= ? AND id < ? ORDER BY id LIMIT ?";
      return asked(begun, text, `${text}g`, most);
    });
  }

  /** Those of the ids whose recordings are here. */
  known(ids: readonly string[]): ReadonlySet<string> {
    const sql = `SELECT id FROM recordings WHERE id IN (${ids.map(() => "?").join(", ")})`;
    return this.#access.read((db) => new Set(db.prepare(sql).all(...ids).map(({ id }) => `${id}`)));
  }

  /** The whole recording with this id, of the latest run of this trial, or whose id alone begins so; checked. */
  find(text: string): Shelved | undefined {
    const [id, more] = this.ids(text, 2);
    if (id === undefined || more !== undefined) return undefined;
    const opened = this.open(id);
    return "recording" in opened ? opened.recording : undefined;
  }

  /** The whole recording with this id, or why it cannot be read. */
  open(id: string): { readonly recording: Shelved } | { readonly why: string } {
    return this.#access.read((db) => {
      const row = db.prepare(
        `SELECT r.seq, r.body, b.schema, b.packed, s.light, o.about, t.key AS trusted FROM recordings r
        LEFT JOIN bodies b ON b.seq = r.seq LEFT JOIN shelf s ON s.seq = r.seq
        LEFT JOIN arrivals a ON a.seq = r.seq ${ORIGIN}
        WHERE r.id = ?`,
      ).get(id);
      if (row === undefined) return { why: "it is not here" };
      const read = unpack(id, bodyOf(row));
      if ("why" in read) return read;
      if (row.light !== textOf(light(read.recording))) {
        return { why: "what lists say of it was changed since" };
      }
      return { recording: arrived(read.recording, row) };
    });
  }

  /** What was said of references, of one recording or of all, the earliest first. */
  promotions(id?: string): readonly Promotion[] {
    const sql = `SELECT recording, at, by, why, expires FROM promotions
      WHERE ${id === undefined ? "1" : "recording = ?"} ORDER BY seq`;
    return this.#access.read((db) =>
      db.prepare(sql).all(...(id === undefined ? [] : [id])).map((row) =>
        ({ ...row }) as unknown as Promotion
      )
    );
  }

  /** Rows that cannot be read, as was found when they were put on the shelf. */
  get broken(): readonly Broken[] {
    const sql = `SELECT id, light AS why FROM shelf WHERE word = '${BROKEN}' ORDER BY seq`;
    return this.#access.read((db) =>
      db.prepare(sql).all().map(({ id, why }) => ({ id: `${id}`, why: `${why}` }))
    );
  }

  #rows(sql: string, values: readonly SQLInputValue[]): readonly Shelved[] {
    return this.#access.read((db) =>
      db.prepare(sql).all(...values).map((row) =>
        arrived({ schema: SCHEMA, id: `${row.id}`, ...JSON.parse(`${row.light}`) }, row)
      )
    );
  }
}

/** Asks for the body of the recording with a number. */
export const BODY =
  "SELECT r.body, b.schema, b.packed FROM recordings r LEFT JOIN bodies b ON b.seq = r.seq WHERE r.seq = ?";

/** A joined row's body as it is kept. */
export function bodyOf(row: Readonly<Record<string, unknown>>): Body {
  return row.packed instanceof Uint8Array
    ? { schema: row.schema as number, packed: row.packed }
    : { body: row.body as string };
}

function arrived(recording: Recording, { about, trusted }: Readonly<Record<string, unknown>>): Shelved {
  if (typeof about !== "string") return recording;
  const origin: Origin = { ...(JSON.parse(about) as Exported), trusted: trusted !== null };
  return { ...recording, origin };
}

function scopesOf(db: DatabaseSync): readonly ShelvedScope[] {
  const about = Map.groupBy(
    db.prepare("SELECT scope, workload, about FROM scopes ORDER BY scope, workload").all(),
    ({ scope }) => scope,
  );
  const sums = WORDS.map((word) => `sum(word = '${word}') AS ${word}`).join(", ");
  const sql = `SELECT scope AS key, max(at) AS at, ${sums} FROM shelf
    WHERE word <> '${BROKEN}' GROUP BY scope ORDER BY max(at) DESC`;
  return db.prepare(sql).all().map((row) => {
    const workloads = about.get(row.key!) ?? [];
    const counts = countsOf((word) => Number(row[word]));
    const count = sum(Object.values(counts));
    return {
      ...(JSON.parse(`${workloads[0]?.about}`) as Omit<Scope, "workload">),
      key: `${row.key}`,
      at: Number(row.at),
      count,
      refused: count - counts.PASS,
      counts,
      workloads: workloads.map(({ workload }): string => JSON.parse(`${workload}`)).filter((workload) =>
        workload !== ""
      ),
    };
  });
}

const WORDS = ["PASS", "HELD", "FAIL", "UNSURE", "VOID", "SKIPPED"] as const satisfies readonly Word[];

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

const countsOf = (count: (word: Word) => number): Readonly<Record<Word, number>> =>
  Object.fromEntries(WORDS.map((word) => [word, count(word)])) as Record<Word, number>;
