/**
 * The child process around one program: it holds time, memory and the way back. It reads one job from its input, has a
 * worker do it, tells how that ended beside a secret that no worker sees, and ends when its parent does.
 */
import process from "node:process";
import { PATIENCE } from "./limits.ts";
import type { Job, Program, Ran, Told } from "./python_worker.ts";

/** The first line of the input; `snapshotBytes` of a snapshot follow, none where one is to be made. */
export interface Header {
  readonly secret: string;
  /** The folder of Pyodide's files, as a URL with a slash at its end. */
  readonly folder: string;
  readonly snapshotBytes: number;
  readonly program?: Program;
  /** What the program may take. */
  readonly seconds: number;
  readonly bytes: number;
}

/** What the guard says on its output, each time after its secret. */
export type Said = "ready" | Ran;

/** A longer reason is cut. */
const REASON = 200;
const EVERY_MS = 20;

/** The input by lines and by counts of bytes. */
class Input {
  readonly #reader = Deno.stdin.readable.getReader();
  #rest: Uint8Array = new Uint8Array();

  async #more(): Promise<Uint8Array> {
    const { value } = await this.#reader.read();
    // The parent is gone, and with it the reason to be.
    return value ?? Deno.exit(1);
  }

  async line(): Promise<string> {
    const decoder = new TextDecoder();
    for (let line = "";; this.#rest = await this.#more()) {
      const end = this.#rest.indexOf(10);
      line += decoder.decode(this.#rest.subarray(0, end < 0 ? undefined : end), { stream: true });
      if (end < 0) continue;
      this.#rest = this.#rest.subarray(end + 1);
      return line;
    }
  }

  async bytes(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const all = new Uint8Array(count);
    for (let at = 0; at < count; at += this.#rest.length) {
      if (at > 0 || this.#rest.length === 0) this.#rest = await this.#more();
      all.set(this.#rest, at);
    }
    return all;
  }

  async end(): Promise<never> {
    for (;;) await this.#more();
  }
}

const input = new Input();
const header = JSON.parse(await input.line()) as Header;
const snapshot = await input.bytes(header.snapshotBytes);
void input.end();

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Says it on a line of its own, whatever else was written. */
function say(what: Said): void {
  write(new TextEncoder().encode(`\n${header.secret} ${JSON.stringify(what)}\n`));
}

/** Says how the program ended, with a reason that is one line of text, and ends the process. */
function end(ran: Ran): never {
  say(ran.passed ? ran : { passed: false, reason: printable(ran.reason) });
  Deno.exit(0);
}

/** The worker's words may be anything. */
function printable(reason: unknown): string {
  return String(reason).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim().slice(0, REASON);
}

/**
 * From when the program starts: processor time, which a busy machine does not stretch, time on the clock for one that
 * only waits, and resident memory, which also counts what is outside of Python.
 */
function watch({ seconds, bytes }: Header): void {
  const took = (what: string) => end({ passed: false, reason: `it took more than ${what}` });
  const patience = PATIENCE * seconds;
  setTimeout(() => took(`${patience} seconds`), patience * 1000);
  const { user, system } = process.cpuUsage();
  setInterval(() => {
    const spent = process.cpuUsage({ user, system });
    if (spent.user + spent.system > seconds * 1e6) took(`${seconds} seconds of processor time`);
    if (Deno.memoryUsage().rss > bytes) took(`${bytes / 2 ** 20} MiB of memory`);
  }, EVERY_MS);
}

let started = false;
const { port1, port2 } = new MessageChannel();
port1.onmessage = ({ data }: MessageEvent<Told>) => {
  if (data === "ready") {
    started = true;
    say("ready");
    watch(header);
  } else if ("snapshot" in data) {
    write(data.snapshot);
    Deno.exit(0);
  } else end(data);
};

const worker = new Worker(new URL("./python_worker.ts", import.meta.url), { type: "module" });
worker.onerror = (event) => {
  event.preventDefault();
  if (started) end({ passed: false, reason: event.message });
  console.error(event.message);
  Deno.exit(1);
};
const { folder, program } = header;
const job: Job = program === undefined ? { folder } : { folder, snapshot, program };
worker.postMessage(job, [port2]);
