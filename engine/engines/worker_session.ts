/**
 * The client's half of a session in a worker. ONNX Runtime blocks the event loop of the thread that it runs in, so
 * sessions live in workers, and clocks and arrivals stay with the caller.
 */
import {
  type Emission,
  type Request,
  type Scored,
  type ScoreItem,
  type Session,
  type SessionStats,
  Unsupported,
  UserError,
} from "../engine.ts";
import type { SlotName } from "../stack.ts";
import type { Tokenizer } from "../tokenizer.ts";
import type { Ask, Told } from "./worker_host.ts";

/** Opens a session in a worker of its own. `module`: the URL of a module that calls `host`. */
export async function openInWorker(
  module: string,
  opening: unknown,
  tokenizer: Tokenizer,
  progress: (done: number) => void = () => {},
): Promise<Session> {
  const link = new Link(module);
  try {
    const { context } = await link.ask({ type: "open", opening }, "opened", progress);
    return new WorkerSession(link, tokenizer, context);
  } catch (error) {
    link.end();
    throw error;
  }
}

/** Has a worker of its own do one piece of work. `module`: the URL of a module that calls `hostWork`. */
export async function workInWorker(
  module: string,
  opening: unknown,
  progress: (done: number) => void,
): Promise<void> {
  const link = new Link(module);
  try {
    await link.ask({ type: "open", opening }, "done", progress);
  } finally {
    link.end();
  }
}

/** Messages to and from one worker, in the order they came. */
class Link {
  readonly #worker: Worker;
  readonly #inbox: Told[] = [];
  readonly #counting: PromiseWithResolvers<SessionStats>[] = [];
  #dead: Extract<Told, { type: "failed" }> | undefined;
  #wake = () => {};

  constructor(module: string) {
    this.#worker = new Worker(module, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => this.#deliver(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#dead = { type: "failed", name: "Error", message: event.message };
      this.#deliver(this.#dead);
      for (const asked of this.#counting.splice(0)) asked.reject(revive(this.#dead));
    };
  }

  #deliver(told: Told): void {
    if (told.type === "stats") return this.#counting.shift()!.resolve(told.stats);
    this.#inbox.push(told);
    this.#wake();
  }

  tell(ask: Ask): void {
    this.#worker.postMessage(ask);
  }

  /** The next message. @throws what the worker threw. */
  async next(): Promise<Told> {
    if (this.#inbox.length === 0 && this.#dead) throw revive(this.#dead);
    while (this.#inbox.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const told = this.#inbox.shift()!;
    if (told.type === "failed") throw revive(told);
    return told;
  }

  /** The worker's stats, told beside whatever else is under way. */
  stats(): Promise<SessionStats> {
    if (this.#dead) return Promise.reject(revive(this.#dead));
    const asked = Promise.withResolvers<SessionStats>();
    this.#counting.push(asked);
    this.tell({ type: "stats" });
    return asked.promise;
  }

  /** Asks, and waits for an answer of one type; progress is passed on. */
  async ask<T extends Told["type"]>(ask: Ask, type: T, progress: (done: number) => void = () => {}) {
    this.tell(ask);
    for (;;) {
      const told = await this.next();
      if (told.type === type) return told as Extract<Told, { type: T }>;
      if (told.type === "progress") progress(told.done);
    }
  }

  end(): void {
    this.#worker.terminate();
  }
}

function revive({ name, message, slot }: Extract<Told, { type: "failed" }>): Error {
  if (slot !== undefined) return new Unsupported(slot as SlotName, message);
  if (name === "UserError") return new UserError(message);
  return name === "RangeError" ? new RangeError(message) : new Error(message);
}

class WorkerSession implements Session {
  constructor(private readonly link: Link, readonly tokenizer: Tokenizer, readonly context: number) {}

  async *generate(requests: AsyncIterable<Request> | Iterable<Request>): AsyncIterable<Emission> {
    let [started, over] = [false, false];
    let failure: { readonly error: unknown } | undefined;
    const tell = (ask: Ask) => {
      if (over) return;
      started = true;
      this.link.tell(ask);
    };
    void (async () => {
      try {
        for await (const { signal, ...request } of requests) {
          // A signal is of this thread: its abortion is told.
          signal?.addEventListener("abort", () => tell({ type: "cancel", id: request.id }), { once: true });
          if (!signal?.aborted) tell({ type: "submit", request });
        }
      } catch (error) {
        failure = { error };
      }
      tell({ type: failure && started ? "abandon" : "end" });
    })();
    try {
      for (;;) {
        const told = await this.link.next().catch((error) => {
          over = true;
          throw error;
        });
        if (told.type === "ended") break;
        if (told.type === "emitted") yield* told.emissions;
      }
      over = true;
      if (failure) throw failure.error;
    } finally {
      const open = started && !over;
      over = true;
      if (open) await this.link.ask({ type: "abandon" }, "ended").catch(() => {});
    }
  }

  async *score(items: Iterable<ScoreItem>): AsyncIterable<Scored> {
    for (const chunk of chunks(items)) {
      this.link.tell({ type: "score", items: chunk });
      let [left, failed] = [chunk.length, false];
      try {
        while (left > 0) {
          const told = await this.link.next().catch((error) => {
            failed = true;
            throw error;
          });
          if (told.type !== "scored") continue;
          left--;
          yield told.scored;
        }
      } finally {
        while (!failed && (await this.link.next()).type !== "done");
      }
    }
  }

  stats(): Promise<SessionStats> {
    return this.link.stats();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.link.ask({ type: "close" }, "done");
    this.link.end();
  }
}

/** Items in chunks of 64; whole distributions are large, so those come two at a time. */
function* chunks(items: Iterable<ScoreItem>): Iterable<ScoreItem[]> {
  let chunk: ScoreItem[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < (item.distributions ? 2 : 64)) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
