/** A report's two files beside the command that makes it, and rows that are measured in processes of their own. */
import { type Hardware, onnxEngine, versions } from "../../mod.ts";

/** What every report of rows says of where it was made. */
export interface Rows<Row> {
  readonly hardware: Hardware;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

/** The report of a command NAME.ts: NAME.json for programs and to go on from, NAME.md for people. */
export function reportFiles<Report>(name: string, markdown: (report: Report) => string) {
  const file = (extension: string) => new URL(`${name}.${extension}`, import.meta.url);
  return {
    /** The last one, where there is one. */
    async read(): Promise<Report | undefined> {
      const text = await Deno.readTextFile(file("json")).catch(() => undefined);
      return text === undefined ? undefined : JSON.parse(text);
    },
    async write(report: Report): Promise<void> {
      await Deno.writeTextFile(file("json"), JSON.stringify(report, null, 2) + "\n");
      await Deno.writeTextFile(file("md"), markdown(report));
    },
  };
}

/** Rows with what they were measured on. */
export async function rowsHere<Row>(rows: readonly Row[]): Promise<Rows<Row>> {
  return { hardware: await onnxEngine({ backend: "native" }).hardware(), versions: versions(), rows };
}

/** "CPU, threads of cores, native; versions". */
export function madeOn({ hardware, versions }: Omit<Rows<never>, "rows">): string {
  const all = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return `${hardware.cpu}, ${hardware.threads} threads of ${hardware.cores} cores, native; ${all}`;
}

/** The last line that a script of this folder prints, as JSON, so that memory is its own; undefined where it failed. */
export async function inOwnProcess<Found>(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Found | undefined> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(script, import.meta.url).pathname, ...args],
    env,
    stderr: "inherit",
  }).output();
  return success ? JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!) : undefined;
}
