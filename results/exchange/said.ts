/** Where a recording came from that was not made here, and how far that is vouched for, in sentences. */
import { moment } from "../figures.ts";
import type { Origin } from "../recording.ts";

export function saidOrigin({ by, digest, exportedAt, importedAt, key, trusted, whole }: Origin): string {
  const who = by === undefined ? "somebody who gave no name" : `somebody who gave the name "${by}"`;
  const vouched = key === undefined
    ? "It was not signed, so nothing vouches for that name"
    : `It was signed with ${key}, ${trusted ? "which is trusted here" : "which nobody here said to trust"}`;
  return `It was not recorded here: exported by ${who} at ${moment(exportedAt)}, imported at ${
    moment(importedAt)
  } (export ${digest.slice(0, 12)}). ${vouched}.${
    whole ? "" : " The file was cut short or edited after it was exported."
  }`;
}
