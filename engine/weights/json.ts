/** JSON of a model folder: objects are looked into, never trusted. */
import { UserError } from "../engine.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object, empty where it is none. */
export function fields(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return value as Fields;
}

/** A file's text, or undefined where there is none. @throws {UserError} when it cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UserError(
      `Cannot read ${path} as it must be a file that can be read: ${(error as Error).message}.`,
    );
  }
}

/** A file's object, or undefined where there is none. @throws {UserError} when it holds anything else. */
export function fieldsOf(path: string): Fields | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below.
  }
  throw new UserError(`Cannot read ${path} as it must hold one JSON object: it does not.`);
}
