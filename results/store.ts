/**
 * The results store: one SQLite file, append-only by trigger, one transaction an append, so that a killed run
 * loses at most the outcome in flight. The recording is kept whole as JSON beside the columns that are searched.
 * https://www.sqlite.org/wal.html
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../engine/mod.ts";
import { hash, textOf, unpack } from "./body.ts";
import { admit } from "./door.ts";
import { ELSEWHERE, inTransaction, layOut } from "./layout.ts";
import type { Promotion } from "./promotions.ts";
import type { Broken, Exported, Query, Recording, ResultsStore } from "./recording.ts";
import { type Row, rowOf } from "./row.ts";
import { BODY, bodyOf, Shelf } from "./shelf.ts";
import { insert, pending, shelve } from "./shelving.ts";

const BUSY_MS = 10_000;
/** Recordings put on the shelf in one transaction: a reader of an older file waits no longer than for these. */
const BATCH = 64;

/** Where results are kept: ASSAY_STORE, else `.assay/results.sqlite` under the current folder. */
export function storePath(): string {
  return Deno.env.get("ASSAY_STORE") || ".assay/results.sqlite";
}

/** The path, where there is a file: reading makes none. @throws {UserError} when there is none, saying what could not be done. */
export function keptAt(path: string, verb: string): string {
  if (existsSync(path)) return path;
  throw new UserError(
    `Cannot ${verb} ${path} as it must be a results store: found no file. Run \`deno task bench\` first, or name another with --store.`,
  );
}

/**
 * Opens the store, making the file where there is none, and brings one of an older layout up to date; killed meanwhile,
 * the next opening goes on. `progress` is told how many of how many recordings are.
 * @throws {UserError} when the file is not a results store, is damaged, is newer than this version, or is out of reach.
 */
export function openStore(
  path: string = storePath(),
  progress: (done: number, total: number) => void = () => {},
): ResultsStore {
  return guarded(path, () => {
    if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
    const db = new DatabaseSync(path);
    try {
      db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;`);
      layOut(db, path);
      settle(db, progress);
    } catch (error) {
      db.close();
      throw error;
    }
    return new SqliteStore(db, path);
  });
}

/** Puts on the shelf what is not there yet: what another version appended, or all of an older file. */
function settle(db: DatabaseSync, progress: (done: number, total: number) => void = () => {}): void {
  const total = pending(db);
  for (let left = total; left > 0; left = pending(db)) {
    progress(Math.max(0, total - left), total);
    inTransaction(db, () => shelve(db, BATCH));
  }
}

class SqliteStore implements ResultsStore {
  readonly shelf: Shelf;
  readonly #db: DatabaseSync;
  readonly #path: string;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
    this.shelf = new Shelf({
      read: (action) =>
        guarded(path, () => {
          settle(db);
          return action(db);
        }),
    });
  }

  append(recording: Recording): void {
    admit(recording.outcome);
    const text = textOf(recording);
    if (hash(text) !== recording.id) {
      throw new Error(
        `Cannot keep ${recording.outcome.trial.name} as its id must be its digest: found ${recording.id}`,
      );
    }
    this.take([rowOf(recording, text)]);
  }

  take(rows: readonly Row[], origin?: Exported): number {
    return guarded(this.#path, () => {
      settle(this.#db);
      return inTransaction(
        this.#db,
        () => insert(this.#db, rows, origin === undefined ? undefined : arrivalOf(this.#db, origin)),
      );
    });
  }

  trust(key: string): void {
    guarded(this.#path, () => {
      this.#db.prepare("INSERT INTO trusted VALUES (?) ON CONFLICT DO NOTHING").run(key);
    });
  }

  promote({ recording, at, by, why, expires }: Promotion): void {
    guarded(this.#path, () => {
      this.#db.prepare("INSERT INTO promotions (recording, at, by, why, expires) VALUES (?, ?, ?, ?, ?)")
        .run(recording, at, by, why, expires);
    });
  }

  *read(
    { id, trial, hardware, suite, since, own }: Query = {},
    broken: (row: Broken) => void = () => {},
  ): Iterable<Recording> {
    const machines = hardware === undefined ? undefined : [hardware].flat();
    const wanted: readonly (readonly [string, readonly SQLInputValue[] | undefined])[] = [
      ["id = ?", id === undefined ? undefined : [id]],
      ["trial = ?", trial === undefined ? undefined : [trial]],
      [`hardware IN (${machines?.map(() => "?").join(", ")})`, machines],
      ["suite = ?", suite === undefined ? undefined : [suite]],
      ["at >= ?", since === undefined ? undefined : [since]],
      ["seq NOT IN (SELECT seq FROM arrivals)", own ? [] : undefined],
    ];
    const asked = wanted.filter(([, values]) => values !== undefined);
    const where = asked.map(([clause]) => clause).join(" AND ") || "1";
    const values = asked.flatMap(([, values]) => values ?? []);
    const keys = guarded(this.#path, () => {
      return this.#db.prepare(`SELECT seq, id FROM recordings WHERE ${where} ORDER BY seq`).all(...values);
    });
    const one = this.#db.prepare(BODY);
    for (const { seq, id } of keys) {
      const row = guarded(this.#path, () => one.get(seq!));
      if (row === undefined) continue;
      const read = unpack(`${id}`, bodyOf(row));
      if ("recording" in read) yield read.recording;
      else broken({ id: `${id}`, why: read.why });
    }
  }

  revision(): number {
    return guarded(this.#path, () => {
      const row = this.#db.prepare(
        `SELECT (SELECT coalesce(max(seq), 0) FROM recordings) + (SELECT count(*) FROM trusted)
          + (SELECT count(*) FROM promotions) AS steps`,
      ).get();
      return (row as { steps: number }).steps;
    });
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

/** The number of an export, noted at its first recording. */
function arrivalOf(db: DatabaseSync, { digest, ...about }: Exported): number {
  const found = db.prepare("SELECT origin FROM origins WHERE digest = ? AND key IS ?").get(
    digest,
    about.key ?? null,
  );
  if (found !== undefined) return Number(found.origin);
  const { lastInsertRowid } = db.prepare("INSERT INTO origins (digest, key, about) VALUES (?, ?, ?)")
    .run(digest, about.key ?? null, JSON.stringify({ digest, ...about }));
  return Number(lastInsertRowid);
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
