/** A store as layout 1 wrote it: one table, each recording as text in the order of its keys. */
import { DatabaseSync } from "node:sqlite";
import type { Recording } from "../../results/mod.ts";

const TABLE = `
  CREATE TABLE recordings (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, trial TEXT NOT NULL, kind TEXT NOT NULL,
    hardware TEXT NOT NULL, at REAL NOT NULL, suite TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX recordings_trial ON recordings (trial, hardware);
  CREATE INDEX recordings_scope ON recordings (hardware, suite, name, at);
  CREATE TRIGGER recordings_no_update BEFORE UPDATE ON recordings
    BEGIN SELECT RAISE(ABORT, 'recordings are append-only'); END;
  CREATE TRIGGER recordings_no_delete BEFORE DELETE ON recordings
    BEGIN SELECT RAISE(ABORT, 'recordings are append-only'); END;
  PRAGMA user_version = 1;`;

/** Makes the file. */
export function makeLayout1(path: string, recordings: readonly Recording[]): void {
  using db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; ${TABLE}`);
  for (const one of recordings) appendLayout1(db, one);
}

/** Appends as a process of an older version does that has the file open. */
export function appendLayout1(db: DatabaseSync, recording: Recording): void {
  const { id, stamp, outcome: { kind, trial } } = recording;
  db.prepare(`INSERT INTO recordings (id, trial, kind, hardware, at, suite, name, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`)
    .run(id, trial.id, kind, stamp.hardware.id, stamp.at, trial.suite, trial.name, JSON.stringify(recording));
}
