/**
 * A recording as the store holds it: the canonical JSON of its stamp and outcome, whose SHA-256 is its id, in one zstd
 * frame. Checked again on its way out: a file can be edited by other hands. https://www.rfc-editor.org/rfc/rfc8878
 */
import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { canonical, type Json } from "../engine/mod.ts";
import { admit } from "./door.ts";
import { type Recording, SCHEMA } from "./recording.ts";

/** What a row holds of a recording: packed, or as the text that layout 1 kept. */
export type Body =
  | { readonly schema: number; readonly packed: Uint8Array }
  | { readonly body: string };

/** The text that the id is the digest of. */
export function textOf({ stamp, outcome }: Pick<Recording, "stamp" | "outcome">): string {
  const value = { outcome, stamp };
  return isSorted(value) ? JSON.stringify(value) : canonical(value as unknown as Json);
}

/** SHA-256 in hexadecimal. */
export const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

export const pack = (text: string): Uint8Array => zstdCompressSync(text);

/** The recording, or why it cannot be read as one. */
export function unpack(id: string, row: Body): { readonly recording: Recording } | { readonly why: string } {
  try {
    return "packed" in row ? fromPacked(id, row) : fromText(id, row.body);
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

const EDITED = "its contents do not match its digest";

function fromPacked(
  id: string,
  { schema, packed }: { readonly schema: number; readonly packed: Uint8Array },
) {
  if (schema !== SCHEMA) return { why: foreign(schema) };
  const text = zstdDecompressSync(packed).toString();
  if (hash(text) !== id) return { why: EDITED };
  const { stamp, outcome } = JSON.parse(text);
  admit(outcome);
  return { recording: { schema: SCHEMA, id, stamp, outcome } as Recording };
}

function fromText(id: string, body: string) {
  const recording = JSON.parse(body) as Recording;
  if (recording.schema !== SCHEMA) return { why: foreign(recording.schema) };
  if (recording.id !== id || hash(textOf(recording)) !== id) return { why: EDITED };
  admit(recording.outcome);
  return { recording };
}

/** Verdicts of another schema came from other rules, so they stand beside none of today's. */
export function foreign(schema: number): string {
  return schema < SCHEMA
    ? `an older Assay judged by other rules (schema ${schema}, now ${SCHEMA}): it stays in the store, and running the trial again puts it on the board`
    : `its schema is ${schema} where this version reads ${SCHEMA}: update Assay`;
}

/** Whether every object's keys come in the order of canonical JSON, so that the engine's own JSON.stringify writes it. */
function isSorted(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isSorted);
  if (value === null || typeof value !== "object") return true;
  let last = "";
  // Of a plain object these are its own keys; a list of them would be made for every sample.
  for (const key in value) {
    if (key < last || !isSorted((value as Readonly<Record<string, unknown>>)[key])) return false;
    last = key;
  }
  return true;
}
