/**
 * A user's own data set: a JSONL file (https://jsonlines.org), plain or gzipped. It is read whole when its suite is
 * imported, so that a wrong row is known before anything runs, and a file that is edited meanwhile changes nothing.
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { UserError } from "../engine/mod.ts";
import type { Dataset } from "./dataset.ts";
import { inWords, ROWS, sampleOf, type Shapes } from "./jsonl_row.ts";

/** What only its owner can say of a data set. */
export interface Owned extends Pick<Dataset<never>, "name" | "license" | "split"> {
  /** Where it comes from; the file's name where absent. */
  readonly source?: string;
  /** "1" where absent. */
  readonly version?: string;
}

const SPLITS = ["test", "validation", "calibration", "workload"];
/** Beyond any sample; what has no line ends in it is no JSONL. */
const LONGEST_LINE = 64 << 20;

/**
 * The file's rows as samples of a shape; `file` as `new URL("./rows.jsonl", import.meta.url)`, beside the module that
 * names it. Each row may have an "id" (its line's number where absent), a "cluster" (its id) and "slices".
 * @throws {UserError} naming the line of the first row that is wrong.
 */
export async function jsonl<K extends keyof Shapes>(
  shape: K,
  file: URL,
  { name, license, split, source, version = "1" }: Owned,
): Promise<Dataset<Shapes[K]>> {
  const path = pathOf(file);
  const short = path.slice(path.lastIndexOf("/") + 1);
  if (!Object.hasOwn(ROWS, shape)) {
    throw new UserError(
      `Cannot read ${short} as its shape must be one of ${Object.keys(ROWS).join(", ")}: found ${shape}.`,
    );
  }
  for (const [what, value] of Object.entries({ name, license })) {
    if (typeof value === "string" && value !== "") continue;
    throw new UserError(
      `Cannot use ${short} as a data set as its ${what} must be a text: found ${inWords(value)}.`,
    );
  }
  if (!SPLITS.includes(split)) {
    throw new UserError(
      `Cannot use ${short} as a data set as its split must be one of ${SPLITS.join(", ")}: found ${
        inWords(split)
      }.`,
    );
  }
  const [samples, hash, lineOf] = [[] as Shapes[K][], createHash("sha256"), new Map<string, number>()];
  for await (const { number, line } of lines(path, short, hash)) {
    const sample = toSample(shape, line, number, short);
    const before = lineOf.get(sample.id);
    if (before !== undefined) {
      throw new UserError(
        `Cannot read line ${number} of ${short} as no two rows may have one id: line ${before} has ${
          inWords(sample.id)
        } too.`,
      );
    }
    lineOf.set(sample.id, number);
    samples.push(sample);
  }
  if (samples.length === 0) {
    throw new UserError(`Cannot use ${short} as a data set as it must have at least one row: found none.`);
  }
  return {
    name,
    version,
    source: source ?? short,
    license,
    split,
    digest: hash.digest("hex"),
    size: samples.length,
    async *samples() {
      yield* samples;
    },
  };
}

function toSample<K extends keyof Shapes>(shape: K, line: string, number: number, file: string): Shapes[K] {
  const { schema, read } = ROWS[shape];
  try {
    const row: unknown = JSON.parse(line);
    if (row === null || typeof row !== "object" || Array.isArray(row)) throw new Error(inWords(row));
    const fields = row as Readonly<Record<string, unknown>>;
    return { ...sampleOf(fields, number), ...read(fields) } as Shapes[K];
  } catch (error) {
    const found = error instanceof SyntaxError ? "no JSON" : (error as Error).message;
    throw new UserError(`Cannot read line ${number} of ${file} as a row must be ${schema}: found ${found}.`);
  }
}

function pathOf(file: unknown): string {
  if (file instanceof URL && file.protocol === "file:") return fileURLToPath(file);
  throw new UserError(
    `Cannot read data set ${file} as its file must be given as new URL("./rows.jsonl", import.meta.url): found ${
      typeof file === "string" ? "a text" : "something else"
    }.`,
  );
}

/** The lines that are not blank, numbered from 1 and without their ends; the hash is told the file's own bytes. */
async function* lines(path: string, short: string, hash: { update(bytes: Uint8Array): unknown }) {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let number = 0;
  const decode = (bytes: Uint8Array) => {
    try {
      return { number, line: utf8.decode(bytes) };
    } catch {
      throw new UserError(`Cannot read line ${number} of ${short} as it must be UTF-8: found other bytes.`);
    }
  };
  let [held, size] = [[] as Uint8Array[], 0];
  const taken = () => {
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const piece of held) {
      bytes.set(piece, at);
      at += piece.length;
    }
    [held, size] = [[], 0];
    number++;
    return decode(bytes);
  };
  for await (const chunk of bytesOf(path, short, hash)) {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(10, from);
      const piece = chunk.subarray(from, end < 0 ? undefined : end);
      held.push(piece);
      size += piece.length;
      if (size > LONGEST_LINE) {
        throw new UserError(
          `Cannot read line ${number + 1} of ${short} as a line must be at most ${
            LONGEST_LINE >> 20
          } MiB: it is longer.`,
        );
      }
      from = end < 0 ? chunk.length : end + 1;
      if (end < 0) continue;
      const read = taken();
      if (read.line.trim() !== "") yield read;
    }
  }
  if (size === 0) return;
  const last = taken();
  if (last.line.trim() !== "") yield last;
}

async function* bytesOf(path: string, short: string, hash: { update(bytes: Uint8Array): unknown }) {
  const told = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, out) {
      hash.update(chunk);
      out.enqueue(chunk);
    },
  });
  try {
    const file = (await Deno.open(path)).readable.pipeThrough(told);
    yield* path.endsWith(".gz") ? file.pipeThrough(new DecompressionStream("gzip")) : file;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = error instanceof Deno.errors.NotFound ? "there is none" : (error as Error).message;
    throw new UserError(`Cannot read ${short} as it must be a readable file at ${path}: ${why}.`);
  }
}
