/// <reference lib="deno.worker" />
/**
 * The realm of one program: Pyodide, started from a snapshot, runs the program and then its tests in one namespace, as
 * OpenAI's human-eval does. Whatever the program reaches here, it does not reach the guard's realm, and no permission.
 */
import { fileURLToPath } from "node:url";
import type { PyodideAPI } from "pyodide";

/** What the guard has a worker do: write a snapshot of a started interpreter, or run one program from it. */
export type Job =
  | { readonly folder: string; readonly snapshot?: undefined }
  | { readonly folder: string; readonly snapshot: Uint8Array<ArrayBuffer>; readonly program: Program };

export interface Program {
  /** Defines what is tested. */
  readonly code: string;
  /** Runs after the code in its namespace; passes by ending without an exception. */
  readonly tests: string;
  /** The name in the code that the tests call. */
  readonly entry: string;
}

/** What the worker tells: the snapshot, or "ready" and then how the program ended. */
export type Told =
  | { readonly snapshot: Uint8Array<ArrayBuffer> }
  | "ready"
  | Ran;

/** How a program ended; the reason as it came, of any length and with any characters. */
export type Ran = { readonly passed: true } | { readonly passed: false; readonly reason: string };

/** The tests must refuse a function that answers with nothing of use: else something made them pass. */
const CONTROL = `lambda *arguments, **named: object()`;

self.onmessage = async ({ data: { folder, ...job }, ports: [port] }: MessageEvent<Job>) => {
  // Bound before the program runs, so that it can put nothing in its place.
  const tell = port!.postMessage.bind(port!) as (told: Told) => void;
  const { loadPyodide } = await import(new URL("pyodide.mjs", folder).href) as typeof import("pyodide");
  const { snapshot } = job;
  const python = await loadPyodide(
    {
      indexURL: fileURLToPath(folder),
      ...(snapshot ? { _loadSnapshot: snapshot } : { _makeSnapshot: true }),
    } as Parameters<typeof loadPyodide>[0],
  );
  if (snapshot === undefined) {
    return tell({ snapshot: (python as unknown as Snapshots).makeMemorySnapshot() });
  }
  silence(python);
  tell("ready");
  tell(ended(python, job.program));
};

interface Snapshots {
  makeMemorySnapshot(): Uint8Array<ArrayBuffer>;
}

function silence(python: PyodideAPI): void {
  python.setStdin({ error: true });
  for (const set of [python.setStdout, python.setStderr]) set({ write: ({ length }) => length });
}

/**
 * How the program ended. Whether it passed hangs on nothing but that its parts end without an exception: the program
 * may have put functions of its own in the place of JavaScript's, by which the reason is told.
 */
function ended(python: PyodideAPI, { code, tests, entry }: Program): Ran {
  const run = python.runPython(
    `lambda source, name, space, compile=compile, exec=exec: exec(compile(source, name, "exec"), space)`,
  );
  const space = python.runPython("{}");
  let thrown: unknown;
  const ends = (source: string, name: string): boolean => {
    try {
      run(source, name, space);
      return true;
    } catch (error) {
      thrown = error;
      return false;
    }
  };
  if (!ends(code, "program") || !ends(tests, "tests")) return { passed: false, reason: lastLine(thrown) };
  ends(`${entry} = ${CONTROL}`, "control");
  if (ends(tests, "tests")) return { passed: false, reason: "its tests would pass any function" };
  return { passed: true };
}

/** Of a traceback, or what broke the interpreter. */
function lastLine(error: unknown): string {
  return String((error as Error)?.message ?? error).trimEnd().split("\n").at(-1)!.slice(0, 1000);
}
