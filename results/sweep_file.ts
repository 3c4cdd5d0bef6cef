/**
 * The levels of a sweep that were measured, kept as lines of JSON beside the store: a long sweep that was cut off goes on
 * where it was, and one that ended begins anew. The first line says what is swept; another sweep has another file.
 */
import { digest, UserError } from "../engine/mod.ts";
import type { SweepPoint } from "../evals/mod.ts";
import { dirname } from "node:path";
import { storePath } from "./store.ts";

/** All that makes two sweeps the same. */
export type SweepSettings = Readonly<Record<string, unknown>>;

export class SweepFile {
  private constructor(readonly path: string, readonly points: readonly SweepPoint[]) {}

  /** The file of these settings with the points that it has, made where there is none or its sweep ended. */
  static async open(settings: SweepSettings): Promise<SweepFile> {
    const folder = `${dirname(storePath())}/sweeps`;
    const path = `${folder}/${(await digest(settings)).slice(0, 12)}.jsonl`;
    const points = await read(path);
    try {
      await Deno.mkdir(folder, { recursive: true });
      // A line that was cut off is not written on.
      await Deno.writeTextFile(path, lines([settings, ...points]));
    } catch (error) {
      throw new UserError(
        `Cannot keep a sweep in ${path} as it must be writable: ${(error as Error).message}.`,
      );
    }
    return new SweepFile(path, points);
  }

  async add(point: SweepPoint): Promise<void> {
    await Deno.writeTextFile(this.path, lines([point]), { append: true });
  }

  /** Nothing of it is taken up again. */
  async end(): Promise<void> {
    await Deno.writeTextFile(this.path, lines([{ ended: true }]), { append: true });
  }
}

const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");

/** The points of a sweep that has not ended; a last line that was cut off was never written. */
async function read(path: string): Promise<readonly SweepPoint[]> {
  const text = await Deno.readTextFile(path).catch(() => "");
  const points: SweepPoint[] = [];
  for (const [index, line] of text.split("\n").slice(0, -1).entries()) {
    try {
      const value = JSON.parse(line);
      if (value.ended) return [];
      if (index > 0) points.push(value);
    } catch {
      throw new UserError(
        `Cannot go on with the sweep in ${path} as its lines must be JSON: line ${
          index + 1
        } is not. Remove the file to begin anew.`,
      );
    }
  }
  return points;
}
