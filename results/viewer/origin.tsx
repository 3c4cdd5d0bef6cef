/** Where a recording came from that was not made here, and how far that is vouched for. */
import { short, visible } from "../columns.ts";
import { moment } from "../figures.ts";
import type { Origin } from "../recording.ts";

/** e.g. "from ada, signed", for a row of a table. */
export function saidOrigin({ by, key, trusted }: Origin): string {
  const who = by === undefined ? "another store" : visible(short(by, 60));
  return `from ${who}, ${
    key === undefined ? "unsigned" : trusted ? "signed by a trusted key" : "signed by an unknown key"
  }`;
}

/** The same as facts for the page of a trial. */
export function originFacts({ by, digest, exportedAt, importedAt, key, trusted }: Origin) {
  return [
    [
      "Exported",
      `${by === undefined ? "by nobody named" : `by ${visible(short(by, 200))}`}, ${moment(exportedAt)}`,
    ],
    ["Brought here", `${moment(importedAt)}, from an export whose digest begins ${digest.slice(0, 12)}`],
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
