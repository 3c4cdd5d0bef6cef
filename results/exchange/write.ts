/** Writes lines to a file that appears whole or not at all, gzipped where its name says so, or to standard output. */
import { UserError } from "../../engine/mod.ts";
import { visible } from "../columns.ts";

/** Where a file's lines wait until all are written. */
const partOf = (path: string) => `${path}.part`;

/** Removes what was written so far of a file that will not be whole. */
export function giveUp(path: string): void {
  try {
    Deno.removeSync(partOf(path));
  } catch {
    // There is none.
  }
}

/** `path`: standard output where absent; `wrote` is told of each line. @throws {UserError} when it cannot be written. */
export async function write(
  path: string | undefined,
  lines: AsyncIterable<string>,
  wrote: () => void,
): Promise<void> {
  const told = async function* () {
    for await (const line of lines) {
      yield line;
      wrote();
    }
  };
  const text = ReadableStream.from(told()).pipeThrough(new TextEncoderStream());
  if (path === undefined) return await text.pipeTo(Deno.stdout.writable, { preventClose: true });
  const part = partOf(path);
  try {
    const file = await Deno.open(part, { write: true, create: true, truncate: true });
    await (path.endsWith(".gz") ? text.pipeThrough(new CompressionStream("gzip")) : text).pipeTo(
      file.writable,
    );
    await Deno.rename(part, path);
  } catch (error) {
    giveUp(path);
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    if (!("code" in error || error instanceof Deno.errors.NotCapable)) throw error;
    throw new UserError(
      `Cannot write ${visible(path)} as its folder must be writable: ${visible(error.message)}.`,
    );
  }
}
