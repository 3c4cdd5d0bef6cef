/** A guard's process as a question and its answer: one job in, all that it wrote and how it ended out. */
import { fileURLToPath } from "node:url";
import { UserError } from "../../engine/mod.ts";
import type { Header } from "./python_guard.ts";
import { type Limits, PATIENCE } from "./limits.ts";
import type { Program } from "./python_worker.ts";

/** How a child ended; `cut`: why it was ended by us, where it was. */
export interface Ended {
  readonly output: Uint8Array;
  /** The first line of what it wrote as error. */
  readonly error: string;
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly cut?: string;
}

/** Beyond the limits that the guard holds itself: for an interpreter to start on a busy machine. */
const START_SECONDS = 120;
const PAGE_BYTES = 65_536;
const MIB = 2 ** 20;
const ERROR_BYTES = 2 ** 16;

const GUARD = new URL(import.meta.resolve("./python_guard.ts"));
const WORKER = new URL(import.meta.resolve("./python_worker.ts"));
/** Where Pyodide is installed. */
export const FOLDER = new URL(".", import.meta.resolve("pyodide"));

/** Has a child do one job. @throws {UserError} when it cannot be started. */
export async function ask(
  { secret, program, snapshot = new Uint8Array(), limits: { seconds, mebibytes }, mostBytes }: {
    readonly secret: string;
    readonly program?: Program;
    readonly snapshot?: Uint8Array;
    readonly limits: Limits;
    readonly mostBytes: number;
  },
): Promise<Ended> {
  const header: Header = {
    secret,
    folder: FOLDER.href,
    snapshotBytes: snapshot.length,
    seconds,
    bytes: mebibytes * MIB,
    ...(program ? { program } : {}),
  };
  const child = start(mebibytes);
  let cut: string | undefined;
  const end = (why: string) => {
    cut ??= why;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  const most = START_SECONDS + PATIENCE * seconds;
  const deadline = setTimeout(() => end(`it took more than ${most} seconds`), most * 1000);
  const tooMuch = () => end(`it wrote more than ${mostBytes / MIB} MiB past its own output`);
  try {
    // Its input stays open while it runs: a guard ends when its parent does.
    const input = child.stdin.getWriter();
    const written = (async () => {
      await input.write(new TextEncoder().encode(`${JSON.stringify(header)}\n`));
      await input.write(snapshot);
    })().catch(() => {});
    const [output, error] = await Promise.all([
      collect(child.stdout, mostBytes, tooMuch),
      collect(child.stderr, ERROR_BYTES, () => {}),
    ]);
    const { code, signal } = await child.status;
    await written;
    await input.close().catch(() => {});
    const [line = ""] = new TextDecoder().decode(error).trim().split("\n");
    return { output, error: line, code, signal, ...(cut === undefined ? {} : { cut }) };
  } finally {
    clearTimeout(deadline);
    end("the run was given up");
  }
}

/**
 * Variables that the child has, and no other. Deno's folder lies where none can be made: without any leave a program may
 * otherwise keep bytes there through the Cache API.
 */
const VARIABLES = {
  NO_COLOR: "1",
  DENO_DIR: `${fileURLToPath(GUARD)}/none`,
  ...(Deno.build.os === "windows" ? { SystemRoot: Deno.env.get("SystemRoot") ?? "" } : {}),
};

/** The child, with the leave to read Pyodide's folder and its own worker's source, and no other. @throws {UserError} */
export function start(mebibytes: number): Deno.ChildProcess {
  const readable = [FOLDER, WORKER].map((url) => fileURLToPath(url)).join(",");
  const v8 = [`--wasm-max-mem-pages=${mebibytes * MIB / PAGE_BYTES}`, `--max-old-space-size=${mebibytes}`];
  const own = ["--no-prompt", "--no-config", "--no-lock", "--no-npm", "--no-remote", "--quiet"];
  try {
    return new Deno.Command("deno", {
      args: ["run", ...own, `--v8-flags=${v8.join(",")}`, `--allow-read=${readable}`, fileURLToPath(GUARD)],
      clearEnv: true,
      env: VARIABLES,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw new UserError(
      `Cannot run generated programs as deno must be a command that may be run: ${(error as Error).message}.`,
    );
  }
}

/** The first `most` bytes of a stream; the rest is read and dropped after `tooMuch` was called. */
async function collect(
  stream: ReadableStream<Uint8Array>,
  most: number,
  tooMuch: () => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    if (size + chunk.length > most) tooMuch();
    else chunks.push(chunk);
    size += chunk.length;
  }
  return concatenated(chunks);
}

function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
