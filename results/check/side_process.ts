/** A side in a process of its own, started when it is first asked, and again where it came down. */
import { UserError } from "../../engine/mod.ts";
import type { Side } from "../../evals/mod.ts";
import { type Asked, CALLS, linesOf, readLine, type Said, written } from "./side_lines.ts";

/** How a side is started: what `deno run` is given, and where. */
export interface Start {
  /** "base" or "head", as errors name it. */
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Told each line that it writes to standard error. */
  readonly said: (line: string) => void;
}

/** What an Assay says to a verb that came after it. */
const UNKNOWN = "Cannot run side as the verb must be";
const OLDER =
  "Cannot check with it as its Assay must have `check`: it is from before that. Take a later base, or hold the head against recordings (--history)";

/** Lines of standard error that are kept to tell why a process ended. */
const KEPT = 20;

interface Running {
  readonly child: Deno.ChildProcess;
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
  readonly waiting: Map<number, PromiseWithResolvers<unknown>>;
  readonly ended: Promise<void>;
}

export class SideProcess implements AsyncDisposable {
  readonly #start: Start;
  #running: Running | undefined;
  #next = 0;

  constructor(start: Start) {
    this.#start = start;
  }

  /** The side as the check asks it. */
  get side(): Side {
    const asked = CALLS.map((call) => [call, (...args: unknown[]) => this.#ask(call, args)]);
    return Object.fromEntries(asked) as Side;
  }

  async #ask(call: Asked["call"], args: readonly unknown[]): Promise<unknown> {
    if (call === "close" && this.#running === undefined) return;
    const running = this.#running ??= this.#run();
    const id = this.#next++;
    const answer = Promise.withResolvers<unknown>();
    running.waiting.set(id, answer);
    const line = new TextEncoder().encode(`${written({ id, call, args })}\n`);
    // A process that came down takes no line; its end says why.
    await running.input.write(line).catch(() => {});
    return await answer.promise;
  }

  #run(): Running {
    const { args, cwd, said, name } = this.#start;
    const child = new Deno.Command("deno", {
      args: ["run", ...args],
      cwd,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const waiting: Running["waiting"] = new Map();
    const kept: string[] = [];
    const listen = async () => {
      for await (const line of linesOf(child.stdout)) {
        const { id, value, error } = readLine(line) as Said;
        const answer = waiting.get(id);
        waiting.delete(id);
        if (error === undefined) answer?.resolve(value);
        else {
          const message = `${name}: ${error.message}`;
          answer?.reject(error.kind === "user" ? new UserError(error.message) : new Error(message));
        }
      }
    };
    const overhear = async () => {
      for await (const line of linesOf(child.stderr)) {
        kept.push(line);
        if (kept.length > KEPT) kept.shift();
        said(line);
      }
    };
    const ended = Promise.allSettled([listen(), overhear(), child.status]).then(async () => {
      const { code, signal } = await child.status;
      this.#running = undefined;
      const why = kept.findLast((line) => /error|cannot/i.test(line)) ?? kept.at(-1) ?? "it said nothing";
      const error = why.startsWith(UNKNOWN)
        ? new UserError(OLDER)
        : new Error(`its process ended with ${signal ?? code}: ${why.trim()}`);
      for (const { reject } of waiting.values()) reject(error);
    });
    return { child, input: child.stdin.getWriter(), waiting, ended };
  }

  /** Lets the process end. */
  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    await running.input.close().catch(() => {});
    await running.ended;
  }
}
