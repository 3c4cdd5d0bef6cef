/**
 * Files of other tools as they lie: read within bounds, digested, and their words cleaned of what could pass for
 * markup of a terminal. Python writes NaN and Infinity into JSON; here they come out as words, which are no scores.
 */
import { createHash } from "node:crypto";
import { UserError } from "../../engine/mod.ts";

/** A larger file is more than one string can hold. */
const MOST_BYTES = 400 * 2 ** 20;
const MOST_FILES = 2000;
const DEPTH = 3;

export interface SourceFile {
  readonly path: string;
  /** The last part of the path, cleaned. */
  readonly name: string;
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Every file at or under the path whose name matches, in the order of their paths. @throws {UserError} */
export async function listFiles(path: string, pattern: RegExp): Promise<readonly string[]> {
  const { isFile } = await attempt(path, () => Deno.stat(path));
  if (isFile) return pattern.test(nameOf(path)) ? [path] : [];
  const found: string[] = [];
  const walk = async (folder: string, depth: number) => {
    for await (const entry of Deno.readDir(folder)) {
      const inner = `${folder.replace(/\/$/, "")}/${entry.name}`;
      if (entry.isDirectory && depth < DEPTH) await walk(inner, depth + 1);
      if (entry.isFile && pattern.test(entry.name)) found.push(inner);
      if (found.length > MOST_FILES) {
        throw new UserError(
          `Cannot import ${
            clean(path)
          } as it must hold at most ${MOST_FILES} logs: found more. Name the folder of one run.`,
        );
      }
    }
  };
  await attempt(path, () => walk(path, 0));
  return found.toSorted();
}

/** Reads one file whole. @throws {UserError} when it cannot be read, or is too large. */
export async function readSource(path: string): Promise<SourceFile> {
  const { size, isFile } = await attempt(path, () => Deno.stat(path));
  if (!isFile || size > MOST_BYTES) {
    throw new UserError(
      `Cannot import ${clean(path)} as it must be a file of at most ${MOST_BYTES / 2 ** 20} MiB: found ${
        isFile ? `${Math.ceil(size / 2 ** 20)} MiB` : "a folder"
      }.`,
    );
  }
  const bytes = await attempt(path, () => Deno.readFile(path));
  return { path, name: nameOf(path), digest: createHash("sha256").update(bytes).digest("hex"), bytes };
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw new UserError(
      `Cannot import ${clean(path)} as it must be there and readable: ${clean(error.message)}.`,
    );
  }
}

/** The value of a JSON text. @throws {UserError} when it is cut short or no JSON; `where` names it. */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const worded = text.replaceAll(
      /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g,
      (found) => found.startsWith('"') ? found : `"${found}"`,
    );
    try {
      return JSON.parse(worded);
    } catch {
      throw new UserError(`Cannot import ${where} as it must be whole JSON: it is cut short or damaged.`);
    }
  }
}

/** The values of a file with one JSON text a line, with the number of each line. */
export function* parseLines({ name, bytes }: SourceFile): Iterable<readonly [unknown, string]> {
  const lines = new TextDecoder().decode(bytes).split("\n");
  for (const [index, line] of lines.entries()) {
    const where = `line ${index + 1} of ${name}`;
    if (line.trim() !== "") yield [parseJson(line, where), where];
  }
}

/** On one line, without control and formatting characters, at most `most` characters. */
export function clean(value: unknown, most = 120): string {
  return shorten(String(value).replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim(), most);
}

/** A paragraph for people: lines are kept, control and formatting characters are not. */
export function paragraph(value: unknown, most = 600): string {
  return shorten(String(value).replaceAll(/[^\P{C}\n\t]/gu, "").trim(), most);
}

const shorten = (text: string, most: number) =>
  text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
const nameOf = (path: string) => clean(path.split(/[\\/]/).at(-1));

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; empty where it is none. */
export const fields = (value: unknown): Fields =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? value as Fields : {};

/** The value as a list; empty where it is none. */
export const list = (value: unknown): readonly unknown[] => Array.isArray(value) ? value : [];

/** No score, count or time is larger; the squares of larger ones would have no end. */
const MOST = 1e20;

/** The value where it is a number with an end to it. */
export const finite = (value: unknown): number | undefined =>
  typeof value === "number" && Math.abs(value) <= MOST ? value : undefined;

/** The plain values of an object in words, e.g. "dtype float32, revision main". */
export function settings(value: Fields): string {
  const plain = Object.entries(value).filter(([, one]) =>
    ["string", "number", "boolean"].includes(typeof one)
  );
  return clean(plain.map(([key, one]) => `${key} ${one}`).join(", "), 400);
}

/** A digest of any JSON value, for comparing what was asked. */
export const fingerprint = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value) ?? "").digest("hex");
