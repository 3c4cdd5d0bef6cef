/**
 * What the parity scripts share. Each runs an independent implementation on the same input as ours, compares, and
 * writes what it found to result.json beside it. The implementation is given by an option or a variable, never guessed.
 */
import { parseArgs } from "@std/cli";
import { readHardware, UserError } from "../../engine/mod.ts";

/** The value of `--option`, else of the variable. @throws {UserError} when neither is given, saying what to install. */
export function peer(option: string, variable: string, install: string): string {
  const given = parseArgs(Deno.args, { string: [option] })[option] ?? Deno.env.get(variable);
  if (typeof given === "string" && given !== "") return given;
  throw new UserError(
    `Cannot compare as --${option} PATH or ${variable} must say where the other implementation is: neither does. ${install}`,
  );
}

/** A Python peer that reads JSON lines, and writes JSON lines and the arrays that they announce. */
export class PythonPeer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #rest = new Uint8Array(0);

  constructor(python: string, script: URL, args: readonly string[]) {
    this.#child = spawn(python, script, args);
    this.#reader = this.#child.stdout.getReader();
    this.#writer = this.#child.stdin.getWriter();
  }

  async tell(value: unknown): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  }

  /** The next line as JSON, or undefined at the end. @throws {UserError} when the peer failed. */
  async line<T>(): Promise<T | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) {
        const text = new TextDecoder().decode(this.#rest.subarray(0, end));
        this.#rest = this.#rest.slice(end + 1);
        return JSON.parse(text) as T;
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /** The next `count` 32-bit floats. */
  async floats(count: number): Promise<Float32Array> {
    const bytes = new Uint8Array(count * 4);
    for (let done = 0; done < bytes.length;) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        throw new Error(`the peer ended after ${done} of ${bytes.length} bytes of an array`);
      }
      const part = this.#rest.subarray(0, bytes.length - done);
      bytes.set(part, done);
      done += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return new Float32Array(bytes.buffer);
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#reader.read();
    if (!done) {
      const joined = new Uint8Array(this.#rest.length + value.length);
      joined.set(this.#rest);
      joined.set(value, this.#rest.length);
      this.#rest = joined;
      return true;
    }
    const { success } = await this.#child.status;
    if (!success) throw new UserError("Cannot compare as the Python peer must run: it failed, see above.");
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel();
    await this.#child.status;
  }
}

function spawn(python: string, script: URL, args: readonly string[]): Deno.ChildProcess {
  try {
    return new Deno.Command(python, {
      args: [script.pathname, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(`Cannot compare as the Python given must exist: ${python} does not.`);
  }
}

/** Runs a Python peer to its end. @throws {UserError} when it fails. */
export async function runPython(python: string, script: URL, args: readonly string[]): Promise<void> {
  await using peer = new PythonPeer(python, script, args);
  while (await peer.line() !== undefined);
}

/** Writes a result beside its script: what was compared, on which machine, with which versions, and what came out. */
export async function keep(
  script: string,
  versions: Readonly<Record<string, string>>,
  findings: Readonly<Record<string, unknown>>,
  name = "result.json",
): Promise<void> {
  const { cpu, cores, memoryGiB, os, arch } = await readHardware("native", navigator.hardwareConcurrency);
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu, cores, memoryGiB, os, arch },
    versions: { deno: Deno.version.deno, ...versions },
    ...findings,
  };
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await Deno.writeTextFile(new URL(name, script), text);
  console.log(text);
}

/** Runs a script's main; a user's mistake is one sentence, and anything that differs is exit code 2. */
export async function main(compare: () => Promise<boolean>): Promise<never> {
  try {
    Deno.exit(await compare() ? 0 : 2);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
