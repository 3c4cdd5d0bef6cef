/**
 * The results store: one SQLite file, append-only by trigger, one transaction an append, so that a killed run
 * loses at most the outcome in flight. The recording is kept whole as JSON beside the columns that are searched.
 * https://www.sqlite.org/wal.html
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { canonical, type Json, UserError } from "../engine/mod.ts";
import { admit } from "./door.ts";
import { type Broken, type Recording, type ResultsStore, SCHEMA } from "./recording.ts";

const LAYOUT = 1;
const BUSY_MS = 10_000;

const TABLE = `
  CREATE TABLE recordings (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    trial TEXT NOT NULL,
    kind TEXT NOT NULL,
    hardware TEXT NOT NULL,
    at REAL NOT NULL,
    suite TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX recordings_trial ON recordings (trial, hardware);
  CREATE INDEX recordings_scope ON recordings (hardware, suite, name, at);
  CREATE TRIGGER recordings_no_update BEFORE UPDATE ON recordings
    BEGIN SELECT RAISE(ABORT, 'recordings are append-only'); END;
  CREATE TRIGGER recordings_no_delete BEFORE DELETE ON recordings
    BEGIN SELECT RAISE(ABORT, 'recordings are append-only'); END;
  PRAGMA user_version = ${LAYOUT};`;

/** Where results are kept: ASSAY_STORE, else `.assay/results.sqlite` under the current folder. */
export function storePath(): string {
  return Deno.env.get("ASSAY_STORE") || ".assay/results.sqlite";
}

/**
 * Opens the store, making the file where there is none.
 * @throws {UserError} when the file is not a results store, is damaged, is newer than this version, or is out of reach.
 */
export function openStore(path: string = storePath()): ResultsStore {
  return guarded(path, () => {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    const db = new DatabaseSync(path);
    try {
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`);
      prepare(db, path);
    } catch (error) {
      db.close();
      throw error;
    }
    return new SqliteStore(db, path);
  });
}

function prepare(db: DatabaseSync, path: string): void {
  if (version(db) === 0) {
    db.exec("BEGIN IMMEDIATE");
    if (version(db) === 0) {
      const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number };
      if (tables.n > 0) {
        throw new UserError(
          `Cannot open ${path} as it must be a results store: found another SQLite database. ${ELSEWHERE}`,
        );
      }
      db.exec(TABLE);
    }
    db.exec("COMMIT");
  }
  const found = version(db);
  if (found > LAYOUT) {
    throw new UserError(
      `Cannot open the results store ${path} as its layout must be ${LAYOUT} or older: found ${found}, written by a newer Assay. ` +
        `Update Assay, or name another file in ASSAY_STORE`,
    );
  }
  db.prepare("SELECT max(seq) FROM recordings").get();
}

const ELSEWHERE = "Move it away, or name another file in ASSAY_STORE";

function version(db: DatabaseSync): number {
  return (db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

interface Row {
  readonly id: string;
  readonly body: string;
}

class SqliteStore implements ResultsStore {
  readonly #db: DatabaseSync;
  readonly #path: string;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
  }

  append(recording: Recording): void {
    admit(recording.outcome);
    const { stamp, outcome: { kind, trial } } = recording;
    guarded(this.#path, () => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        this.#db.prepare(
          `INSERT INTO recordings (id, trial, kind, hardware, at, suite, name, body)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
        ).run(
          recording.id,
          trial.id,
          kind,
          stamp.hardware.id,
          stamp.at,
          trial.suite,
          trial.name,
          JSON.stringify(recording),
        );
        this.#db.exec("COMMIT");
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  *read(
    query: Parameters<ResultsStore["read"]>[0] = {},
    broken: (row: Broken) => void = () => {},
  ): Iterable<Recording> {
    for (const row of this.#rows(query)) {
      const read = parse(row);
      if ("recording" in read) yield read.recording;
      else broken({ id: row.id, why: read.why });
    }
  }

  revision(): number {
    return guarded(this.#path, () => {
      const row = this.#db.prepare("SELECT coalesce(max(seq), 0) AS seq FROM recordings").get();
      return (row as { seq: number }).seq;
    });
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  *#rows(query: NonNullable<Parameters<ResultsStore["read"]>[0]>): Iterable<Row> {
    const wanted = Object.entries(query).filter(([, value]) => value !== undefined);
    const where = wanted.map(([column]) => `${column} = ?`).join(" AND ") || "1";
    const values = wanted.map(([, value]) => value) as SQLInputValue[];
    const keys = guarded(this.#path, () => {
      return this.#db.prepare(`SELECT seq FROM recordings WHERE ${where} ORDER BY seq`).all(...values);
    });
    const one = this.#db.prepare("SELECT id, body FROM recordings WHERE seq = ?");
    for (const { seq } of keys) {
      const row = guarded(this.#path, () => one.get(seq ?? 0));
      if (row !== undefined) yield row as unknown as Row;
    }
  }
}

/** Checks a row again on its way out: a file can be edited by other hands. */
function parse({ id, body }: Row): { readonly recording: Recording } | { readonly why: string } {
  try {
    const recording = JSON.parse(body) as Recording;
    if (recording.schema !== SCHEMA) {
      return { why: foreign(recording.schema) };
    }
    const { stamp, outcome } = recording;
    const found = createHash("sha256").update(canonical({ stamp, outcome } as unknown as Json)).digest("hex");
    if (recording.id !== id || found !== id) return { why: "its contents do not match its digest" };
    admit(outcome);
    return { recording };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

/** Verdicts of another schema came from other rules, so they stand beside none of today's. */
function foreign(schema: number): string {
  return schema < SCHEMA
    ? `an older Assay judged by other rules (schema ${schema}, now ${SCHEMA}): it stays in the store, and running the trial again puts it on the board`
    : `its schema is ${schema} where this version reads ${SCHEMA}: update Assay`;
}

/** Runs `action`, giving what goes wrong with the file as one sentence. */
function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    const must = MUST.find(([pattern]) => pattern.test(error.message))?.[1];
    if (must === undefined && !(error instanceof Deno.errors.NotCapable)) {
      const code = (error as { code?: unknown }).code;
      if (!["EACCES", "EROFS", "ENOTDIR", "EEXIST", "ENOSPC"].includes(String(code))) throw error;
    }
    throw new UserError(
      `Cannot use the results store ${path} as ${
        must ?? "its folder must be writable"
      }: ${error.message}. ${ELSEWHERE}`,
    );
  }
}

const MUST: readonly (readonly [RegExp, string])[] = [
  [/not a database|malformed|corrupt/i, "it must be an undamaged SQLite file"],
  [/unable to open|readonly|read-only/i, "the file and its folder must be writable"],
  [/disk is full|full/i, "the disk must have room"],
  [/locked|busy/i, "another process must let go of it within ten seconds"],
];
