/** Rows of pinned files: JSON lines (plain or gzipped), Arrow tables and running text. */
import { tableFromIPC } from "apache-arrow";
import { fetchPinned, type FetchProgress, type PinnedFile, UserError } from "../engine/mod.ts";

/** Fetches every file of these sets that is not in the cache yet, so that a run does not wait for data later. */
export async function fetchAll(files: readonly PinnedFile[], progress?: FetchProgress): Promise<void> {
  for (const file of files) await fetchPinned(file, progress);
}

/** The lines of a pinned text file, numbered from 1; a name that ends in .gz is unpacked. */
export async function* lines(
  file: PinnedFile,
): AsyncIterable<{ readonly number: number; readonly line: string }> {
  const path = await fetchPinned(file);
  const { readable } = await Deno.open(path);
  const bytes = path.endsWith(".gz") ? readable.pipeThrough(new DecompressionStream("gzip")) : readable;
  let [rest, number] = ["", 0];
  for await (const chunk of bytes.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    for (const line of parts) yield { number: ++number, line };
  }
  if (rest !== "") yield { number: ++number, line: rest };
}

/** The rows of a JSONL file as samples; rows for which `map` gives nothing are left out. @throws {UserError} naming the line. */
export async function* rows<S>(file: PinnedFile, map: (row: unknown) => S | undefined): AsyncIterable<S> {
  for await (const { number, line } of lines(file)) {
    if (line.trim() === "") continue;
    const sample = read(file, `line ${number}`, "a row of this set", () => map(JSON.parse(line)));
    if (sample !== undefined) yield sample;
  }
}

/** The rows of an Arrow file as samples; lists come as arrays. @throws {UserError} naming the row. */
export async function* arrowRows<S>(
  file: PinnedFile,
  map: (row: Readonly<Record<string, unknown>>, index: number) => S,
): AsyncIterable<S> {
  const bytes = await Deno.readFile(await fetchPinned(file));
  const table = read(file, "the table", "in Arrow's format", () => tableFromIPC(bytes));
  for (let index = 0; index < table.numRows; index++) {
    yield read(file, `row ${index + 1}`, "a row of this set", () => map(table.get(index)!.toJSON(), index));
  }
}

/**
 * The entries of a file that is one list of objects, written over many lines with two spaces before each object's own
 * brackets, as samples; a last one that is cut short is left out. @throws {UserError} naming the line.
 */
export async function* documents<S>(
  file: PinnedFile,
  map: (row: unknown) => S | undefined,
): AsyncIterable<S> {
  let [entry, first]: [string[], number] = [[], 0];
  for await (const { number, line } of lines(file)) {
    if (line === "  {") [entry, first] = [[line], number];
    else if (line === "  }," || line === "  }") {
      const whole = [...entry, "  }"].join("\n");
      const sample = read(file, `line ${first}`, "a row of this set", () => map(JSON.parse(whole)));
      if (sample !== undefined) yield sample;
    } else entry.push(line);
  }
}

/** The samples of a file that is one JSON document. @throws {UserError} when it is none, or another one. */
export async function* json<D, S>(file: PinnedFile, map: (document: D) => Iterable<S>): AsyncIterable<S> {
  const content = await text(file);
  yield* read(file, "the document", "one of this set", () => [...map(JSON.parse(content))]);
}

function read<T>({ member }: PinnedFile, what: string, must: string, reading: () => T): T {
  try {
    return reading();
  } catch (error) {
    throw new UserError(
      `Cannot read ${what} of ${member} as it must be ${must}: ${(error as Error).message}.`,
    );
  }
}

/** The whole text of a pinned file. */
export async function text(file: PinnedFile): Promise<string> {
  return await Deno.readTextFile(await fetchPinned(file));
}
