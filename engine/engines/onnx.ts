/** The embedded engine on ONNX Runtime, native or WebAssembly; each session lives in a worker of its own. */
import { UserError } from "../engine.ts";
import type { Emission, Engine, Request, Scored, ScoreItem, Session, SessionStats } from "../engine.ts";
import { Unsupported } from "../engine.ts";
import { type Hardware, readHardware } from "../hardware.ts";
import { ggufTokenizer } from "../gguf_tokenizer.ts";
import type { SlotName, Stack } from "../stack.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { modelConfig, openGguf } from "../weights/mod.ts";
import type { Ask, Told } from "./onnx_worker.ts";

export interface OnnxOptions {
  readonly backend: "native" | "wasm";
  /** Threads of one operator; the number of cores where absent. */
  readonly threads?: number;
  /** Told the share of the graph written, when it is written for the first time. */
  readonly progress?: (done: number) => void;
}

/** The engine that runs stacks here. */
export function onnxEngine(
  { backend, threads = navigator.hardwareConcurrency, progress = () => {} }: OnnxOptions,
): Engine {
  return {
    name: `onnx-${backend}`,
    hardware: (): Promise<Hardware> => readHardware(backend, threads),
    async open(stack: Stack): Promise<Session> {
      using weights = openGguf(stack.model.file);
      modelConfig(weights);
      const before = Deno.memoryUsage().rss;
      const link = new Link();
      try {
        const { context } = await link.ask({ type: "open", stack, backend, threads }, "opened", progress);
        return new WorkerSession(link, ggufTokenizer(weights), context, before);
      } catch (error) {
        link.end();
        throw error;
      }
    },
  };
}

/** Messages to and from one worker, in the order they came. */
class Link {
  readonly #worker = new Worker(import.meta.resolve("./onnx_worker.ts"), { type: "module" });
  #inbox: Told[] = [];
  #wake = () => {};

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => this.#deliver(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#deliver({ type: "failed", name: "Error", message: event.message });
    };
  }

  #deliver(told: Told): void {
    this.#inbox.push(told);
    this.#wake();
  }

  tell(ask: Ask): void {
    this.#worker.postMessage(ask);
  }

  /** The next message. @throws what the worker threw. */
  async next(): Promise<Told> {
    while (this.#inbox.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    const told = this.#inbox.shift()!;
    if (told.type === "failed") throw revive(told);
    return told;
  }

  /** Asks, and waits for an answer of one type; progress is passed on, emissions still under way are dropped. */
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
  constructor(
    private readonly link: Link,
    readonly tokenizer: Tokenizer,
    readonly context: number,
    private readonly bytesBefore: number,
  ) {}

  async *generate(requests: AsyncIterable<Request> | Iterable<Request>): AsyncIterable<Emission> {
    let [sent, finished, ended] = [0, 0, false];
    let failed: unknown;
    const feed = (async () => {
      try {
        for await (const request of requests) {
          sent++;
          this.link.tell({ type: "submit", request });
        }
      } catch (error) {
        failed = error;
      }
      ended = true;
    })();
    try {
      // One message may be awaited only while one is still to come.
      while (!ended || finished < sent) {
        if (finished === sent) {
          await Promise.race([feed, new Promise((resolve) => setTimeout(resolve, 0))]);
          continue;
        }
        const told = await this.link.next();
        if (told.type !== "emitted") continue;
        for (const emission of told.emissions) {
          if (emission.finish !== undefined) finished++;
          yield emission;
        }
      }
      if (failed !== undefined) throw failed;
    } finally {
      if (finished < sent) await this.link.ask({ type: "abandon" }, "done");
    }
  }

  async *score(items: Iterable<ScoreItem>): AsyncIterable<Scored> {
    for (const chunk of chunks(items)) {
      this.link.tell({ type: "score", items: chunk });
      for (;;) {
        const told = await this.link.next();
        if (told.type === "done") break;
        if (told.type === "scored") yield told.scored;
      }
    }
  }

  async stats(): Promise<SessionStats> {
    const { counters, peakBytes } = await this.link.ask({ type: "stats" }, "stats");
    return { counters, addedBytes: peakBytes - this.bytesBefore };
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
