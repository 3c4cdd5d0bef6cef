/**
 * Generated Python, run where it can do no harm: in Pyodide (CPython in WebAssembly), inside a Deno process of its own
 * that may read Pyodide's folder and nothing else: no network, file, variable, process or library. Each program has a
 * fresh process, started from one memory snapshot of the interpreter, that ends at its limits.
 */
import { UserError } from "../../engine/mod.ts";
import { ask, type Ended } from "./child.ts";
import { LIMITS, type Limits } from "./limits.ts";
import type { Said } from "./python_guard.ts";
import type { Program, Ran } from "./python_worker.ts";

export { LIMITS, type Limits, type Program, type Ran };

/** What a child may write: what the program prints is dropped inside of it. */
const SAID_BYTES = 2 ** 20;
const SNAPSHOT_BYTES = 2 ** 28;

let snapshot: Promise<Uint8Array> | undefined;
/** How programs ended: the same one does not run twice. */
const known = new Map<string, Ran>();

/**
 * Runs a program and then its tests, to their end or to the limits, and says how that went; as many at a time as there
 * are cores, the others wait.
 * @throws {UserError} when it could not be run, which says nothing of the program.
 */
export async function runPython(program: Program, limits: Limits = LIMITS): Promise<Ran> {
  const key = JSON.stringify([program, limits]);
  return await inTurn(async () => {
    const ran = known.get(key) ?? await run(program, limits);
    known.set(key, ran);
    return ran;
  });
}

let free = navigator.hardwareConcurrency;
const waiting: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }
}

async function run(program: Program, limits: Limits): Promise<Ran> {
  snapshot ??= makeSnapshot();
  const started = await snapshot.catch((error) => {
    snapshot = undefined;
    throw error;
  });
  const secret = crypto.randomUUID();
  const ended = await ask({ secret, program, limits, snapshot: started, mostBytes: SAID_BYTES });
  const said = new TextDecoder().decode(ended.output).split("\n")
    .filter((line) => line.startsWith(`${secret} `))
    .map((line) => JSON.parse(line.slice(secret.length)) as Said);
  const ran = said.find((one) => one !== "ready");
  if (ran !== undefined) return ran;
  const killed = ended.cut === undefined && KILLED.has(ended.signal);
  if (!said.includes("ready") || killed) throw broken(ended);
  return {
    passed: false,
    reason: ended.cut ?? `it brought its process down (${ended.signal ?? ended.code})`,
  };
}

/** Signals that no program raises in its own process: somebody else ended it. */
const KILLED = new Set<Deno.Signal | null>(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]);

async function makeSnapshot(): Promise<Uint8Array> {
  const ended = await ask({ secret: "", limits: LIMITS, mostBytes: SNAPSHOT_BYTES });
  if (ended.cut !== undefined || ended.code !== 0 || ended.output.length === 0) throw broken(ended);
  return ended.output;
}

function broken({ cut, signal, code, error }: Ended): UserError {
  const why = cut ?? (error.trim() || `it ended with ${signal ?? code}`);
  return new UserError(
    `Cannot run generated programs as Deno must be able to start Pyodide in a process of its own: ${why}.`,
  );
}
