/** Puts recordings into the store and on its shelf; what cannot be read lies there with the reason. */
import type { DatabaseSync } from "node:sqlite";
import { type Body, foreign, unpack } from "./body.ts";
import { SCHEMA } from "./recording.ts";
import { type Row, type ShelfRow, shelfRow } from "./row.ts";
import { misshapen } from "./shape.ts";
import { BODY, bodyOf, BROKEN } from "./shelf.ts";

const PENDING = "FROM recordings WHERE seq > (SELECT coalesce(max(seq), 0) FROM shelf)";

/** How many recordings are not on the shelf: those of a run of layout 1, or all where the shelf was made anew. */
export function pending(db: DatabaseSync): number {
  return (db.prepare(`SELECT count(*) AS n ${PENDING}`).get() as { n: number }).n;
}

/** Puts at most `most` recordings there, all where absent. Call it within a transaction. */
export function shelve(db: DatabaseSync, most = -1): void {
  const put = shelver(db);
  const body = db.prepare(BODY);
  for (const { seq, id } of db.prepare(`SELECT seq, id ${PENDING} ORDER BY seq LIMIT ?`).all(most)) {
    put(Number(seq), `${id}`, shelfRowOf(`${id}`, bodyOf(body.get(seq!)!)));
  }
}

/** What lists hold of a row, or why it can be none: a digest that fits says nothing of its shape. */
function shelfRowOf(id: string, body: Body): ShelfRow | string {
  const read = unpack(id, body);
  if ("why" in read) return read.why;
  const { stamp, outcome } = read.recording;
  try {
    return shelfRow(read.recording);
  } catch {
    return `its ${misshapen(stamp, outcome) ?? "shape"} is not what it must be`;
  }
}

/**
 * Adds rows that are not there yet, with the export that they came in, if any; returns how many were new. Call it within
 * a transaction.
 */
export function insert(db: DatabaseSync, rows: readonly Row[], origin?: number): number {
  // What a run of an older version appended meanwhile would be passed over once a later row is on the shelf.
  if (pending(db) > 0) shelve(db);
  const put = shelver(db);
  const recording = db.prepare(`INSERT INTO recordings (id, trial, kind, hardware, at, suite, name, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, '') ON CONFLICT (id) DO NOTHING`);
  const body = db.prepare("INSERT INTO bodies VALUES (?, ?, ?)");
  const arrival = db.prepare("INSERT INTO arrivals VALUES (?, ?)");
  let added = 0;
  for (const { id, schema, trial, kind, hardware, suite, packed, shelf } of rows) {
    const { changes, lastInsertRowid: seq } = recording.run(
      id,
      trial,
      kind,
      hardware,
      shelf.at,
      suite,
      shelf.name,
    );
    if (changes === 0) continue;
    added++;
    body.run(seq, schema, packed);
    if (origin !== undefined) arrival.run(seq, origin);
    put(Number(seq), id, schema === SCHEMA ? shelf : foreign(schema));
  }
  return added;
}

function shelver(db: DatabaseSync): (seq: number, id: string, row: ShelfRow | string) => void {
  const insert = db.prepare("INSERT INTO shelf VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  const known = db.prepare("INSERT INTO scopes VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  return (seq, id, row) => {
    if (typeof row === "string") {
      insert.run(seq, id, "", "", BROKEN, 0, 0, row);
      return;
    }
    const { scope, name, word, at, imported, light, about, workloads } = row;
    insert.run(seq, id, scope, name, word, at, Number(imported), light);
    // As JSON: a bare NUL would end the text where it is read back.
    for (const workload of workloads.length === 0 ? [""] : workloads) {
      known.run(scope, JSON.stringify(workload), about);
    }
  };
}
