/**
 * Recordings as a file for another machine, in JSON Lines: a heading that says whence they come, a recording a line, and
 * a seal over all of them. https://jsonlines.org
 */
import { createHash } from "node:crypto";
import { textOf } from "../body.ts";
import { escaped } from "../columns.ts";
import type { Broken, Recording, ResultsStore, Stamp } from "../recording.ts";
import { SCHEMA } from "../recording.ts";
import { type Seal, sign, type SigningKey } from "./seal.ts";

/** The first line of an export. */
export interface Heading {
  /** The form of the file. */
  readonly export: typeof FORM;
  /** Who exported, in their own words. */
  readonly by?: string;
  readonly at: number;
  readonly schema: number;
  readonly versions: Stamp["versions"];
  readonly commit?: NonNullable<Stamp["commit"]>;
}

export const FORM = 1;

/** Which recordings; all where nothing is asked. */
export interface Chosen {
  /** Ids of machines. */
  readonly hardware?: readonly string[];
  readonly suite?: string;
  /** Milliseconds since the Unix epoch. */
  readonly since?: number;
}

export interface Exporting {
  readonly heading: Omit<Heading, "export" | "schema">;
  readonly chosen: Chosen;
  readonly key?: SigningKey;
  /** Whether a terminal shows it: what could steer one is then written as JSON's escapes. */
  readonly shown?: boolean;
  /** Told of rows that cannot be read, which are left out. */
  readonly broken?: (row: Broken) => void;
}

/** Each string is one line with its newline. */
export async function* exportLines(store: ResultsStore, exporting: Exporting): AsyncIterable<string> {
  const { heading, chosen, key, shown = false, broken } = exporting;
  const sum = createHash("sha256");
  const counted = (line: string) => {
    sum.update(line);
    return line;
  };
  const written = shown ? escaped : (json: string) => json;
  yield counted(
    `${written(JSON.stringify({ export: FORM, schema: SCHEMA, ...heading } satisfies Heading))}\n`,
  );
  let count = 0;
  for (const recording of store.read(chosen, broken)) {
    count++;
    yield counted(`${written(lineOf(recording))}\n`);
  }
  const digest = sum.digest("hex");
  const signed = key === undefined ? {} : { key: key.key, signature: await sign(digest, key) };
  yield `${JSON.stringify({ seal: { count, digest, ...signed } satisfies Seal })}\n`;
}

/** One recording on one line, its keys in the order of canonical JSON. */
function lineOf(recording: Recording): string {
  return `{"id":"${recording.id}",${textOf(recording).slice(1, -1)},"schema":${recording.schema}}`;
}
