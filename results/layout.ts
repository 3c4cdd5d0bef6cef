/**
 * The tables of the results store. Recordings are append-only by trigger; the shelf beside them is derived, holds what
 * lists and boards need of each, and can be made again from them. Layout 1 had the first table alone, with the recording
 * as text in `body`; layout 2 leaves those rows as they are and keeps new ones packed, so that nothing is rewritten and
 * a run of an older version that has the file open goes on. https://www.sqlite.org/wal.html
 */
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../engine/mod.ts";
import { SCHEMA } from "./recording.ts";

const LAYOUT = 2;

/** Grows when the shelf is to be derived anew: with the schema, or with what a row of the shelf holds. */
const RULES = SCHEMA * 1000 + 3;

/** What to do with a file that is no store. */
export const ELSEWHERE = "Move it away, or name another file in ASSAY_STORE";

const appendOnly = (table: string) =>
  ["UPDATE", "DELETE"].map((verb) => `
  CREATE TRIGGER ${table}_no_${verb.toLowerCase()} BEFORE ${verb} ON ${table}
    BEGIN SELECT RAISE(ABORT, '${table} are append-only'); END;`).join("");

const LAYOUT_1 = `
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
  ${appendOnly("recordings")}`;

/** `packed` is the text that the id is the digest of, in one zstd frame; `body` is then empty. */
const LAYOUT_2 = `
  CREATE TABLE bodies (seq INTEGER PRIMARY KEY, schema INTEGER NOT NULL, packed BLOB NOT NULL) STRICT;
  ${appendOnly("bodies")}
  CREATE TABLE origins (
    origin INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    key TEXT,
    about TEXT NOT NULL
  ) STRICT;
  CREATE INDEX origins_digest ON origins (digest);
  ${appendOnly("origins")}
  CREATE TABLE arrivals (seq INTEGER PRIMARY KEY, origin INTEGER NOT NULL) STRICT;
  ${appendOnly("arrivals")}
  CREATE TABLE trusted (key TEXT PRIMARY KEY) STRICT;
  CREATE TABLE shelved (rules INTEGER NOT NULL) STRICT;
  INSERT INTO shelved VALUES (0);`;

/** Came later, and beside the rest: a version that does not know it passes over it, and may go on recording here. */
const PROMOTIONS = `
  CREATE TABLE promotions (
    seq INTEGER PRIMARY KEY,
    recording TEXT NOT NULL,
    at REAL NOT NULL,
    by TEXT NOT NULL,
    why TEXT NOT NULL,
    expires REAL NOT NULL
  ) STRICT;
  ${appendOnly("promotions")}`;

const SHELF = `
  DROP TABLE IF EXISTS shelf;
  DROP TABLE IF EXISTS scopes;
  CREATE TABLE shelf (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    word TEXT NOT NULL,
    at REAL NOT NULL,
    imported INTEGER NOT NULL,
    light TEXT NOT NULL
  ) STRICT;
  CREATE INDEX shelf_scope ON shelf (scope, name, at, word, id);
  CREATE INDEX shelf_word ON shelf (word, at);
  CREATE INDEX shelf_at ON shelf (at, word);
  CREATE INDEX shelf_name ON shelf (name, at, word);
  CREATE INDEX shelf_imported ON shelf (at, word) WHERE imported = 1;
  CREATE TABLE scopes (
    scope TEXT NOT NULL,
    workload TEXT NOT NULL,
    about TEXT NOT NULL,
    PRIMARY KEY (scope, workload)
  ) STRICT, WITHOUT ROWID;
  UPDATE shelved SET rules = ${RULES};`;

/** Makes or brings up to date the tables of an open file, each step whole or not at all. @throws {UserError} */
export function layOut(db: DatabaseSync, path: string): void {
  if (version(db) > LAYOUT) {
    throw new UserError(
      `Cannot open the results store ${path} as its layout must be ${LAYOUT} or older: found ${
        version(db)
      }, written by a newer Assay. Update Assay, or name another file in ASSAY_STORE`,
    );
  }
  if (version(db) === LAYOUT && rules(db) === RULES && hasPromotions(db)) {
    return void db.prepare("SELECT max(seq) FROM recordings").get();
  }
  inTransaction(db, () => {
    if (version(db) === 0) {
      const tables = db.prepare("SELECT count(*) AS n FROM sqlite_schema").get() as { n: number };
      if (tables.n > 0) {
        throw new UserError(
          `Cannot open ${path} as it must be a results store: found another SQLite database. ${ELSEWHERE}`,
        );
      }
      db.exec(LAYOUT_1);
    }
    if (version(db) < LAYOUT) db.exec(`${LAYOUT_2} PRAGMA user_version = ${LAYOUT};`);
    if (rules(db) !== RULES) db.exec(SHELF);
    if (!hasPromotions(db)) db.exec(PROMOTIONS);
  });
}

/** Runs `action` between BEGIN IMMEDIATE and COMMIT; what it throws undoes all of it. */
export function inTransaction<T>(db: DatabaseSync, action: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const done = action();
    db.exec("COMMIT");
    return done;
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function version(db: DatabaseSync): number {
  return (db.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

function rules(db: DatabaseSync): number {
  return (db.prepare("SELECT rules FROM shelved").get() as { rules: number }).rules;
}

function hasPromotions(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'promotions'").get() !==
    undefined;
}
