/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
/** Where a recording came from that was not made here, and how far that is vouched for. */
import { short, visible } from "../columns.ts";
import { moment } from "../figures.ts";
import type { Origin } from "../recording.ts";

/** e.g. "from ada, signed by a trusted key", for a row of a table. */
export function briefOrigin({ by, key, trusted, whole }: Origin): string {
  const who = by === undefined ? "another store" : visible(short(by, 60));
  const signed = key === undefined
    ? "unsigned"
    : trusted
    ? "signed by a trusted key"
    : "signed by an unknown key";
  return `from ${who}, ${signed}${whole ? "" : ", of an export cut short or edited"}`;
}

/** The same as facts for the page of a trial. */
export function originFacts({ by, digest, exportedAt, importedAt, key, trusted, whole }: Origin) {
  return [
    [
      "Exported",
      `${by === undefined ? "by nobody named" : `by ${visible(short(by, 200))}`}, ${moment(exportedAt)}`,
    ],
    [
      "Brought here",
      `${moment(importedAt)}, from an export whose digest begins ${digest.slice(0, 12)}${
        whole ? "" : "; its lines are not those that were exported: it was cut short or edited"
      }`,
    ],
    [
      "Signature",
      key === undefined
        ? "none: whoever held the file could have written it"
        : `holds for the key ${visible(short(key, 80))}, ${
          trusted ? "named as one to trust" : "which nobody here named as one to trust"
        }`,
    ],
  ] as const;
}
