/** Puts recordings on the shelf: what lists and boards need of each, or why it cannot be read. */
import type { DatabaseSync } from "node:sqlite";
import { textOf, unpack } from "./body.ts";
import { word } from "./explain.ts";
import { light } from "./light.ts";
import { type Recording, SCHEMA } from "./recording.ts";
import { scopeOf } from "./scope.ts";
import { bodyOf, BROKEN } from "./shelf.ts";

const PENDING = "FROM recordings WHERE seq > (SELECT coalesce(max(seq), 0) FROM shelf)";

/** How many recordings are not on the shelf: those of a run of layout 1, or all where the shelf was made anew. */
export function pending(db: DatabaseSync): number {
  return (db.prepare(`SELECT count(*) AS n ${PENDING}`).get() as { n: number }).n;
}

/** Puts at most `most` recordings there; `known` is at hand and need not be read. Call it within a transaction. */
export function shelve(db: DatabaseSync, most: number, known?: Recording): void {
  const keys = db.prepare(`SELECT seq, id ${PENDING} ORDER BY seq LIMIT ?`).all(most);
  const body = db.prepare(
    "SELECT r.body, b.schema, b.packed FROM recordings r LEFT JOIN bodies b ON b.seq = r.seq WHERE r.seq = ?",
  );
  for (const { seq, id } of keys) {
    const read = known?.id === id && known?.schema === SCHEMA
      ? { recording: known }
      : unpack(`${id}`, bodyOf(body.get(seq!)!));
    put(db, Number(seq), `${id}`, read);
  }
}

function put(db: DatabaseSync, seq: number, id: string, read: ReturnType<typeof unpack>): void {
  const insert = db.prepare("INSERT INTO shelf VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
  if ("why" in read) {
    insert.run(seq, id, "", "", BROKEN, 0, 0, read.why);
    return;
  }
  const { stamp: { at, hardware, model }, outcome } = read.recording;
  const { trial } = outcome;
  const scope = scopeOf(read.recording);
  const imported = Number(trial.imported !== undefined);
  insert.run(seq, id, scope, trial.name, word(outcome), at, imported, textOf(light(read.recording)));
  const about = JSON.stringify({ hardware, model, suite: trial.suite });
  const known = db.prepare("INSERT INTO scopes VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  const workloads = imported ? [] : trial.workloads;
  for (const workload of workloads.length === 0 ? [""] : workloads) known.run(scope, workload, about);
}
