/** The requests of one body while they are open: they end one by one, with their client, or at their deadline. */
import type { Milliseconds } from "../clock.ts";
import type { Emission, Request } from "../engine.ts";
import { ApiError } from "./api_error.ts";
import { Mailbox } from "./mailbox.ts";
import type { Ending, Metrics } from "./metrics.ts";

/** What a request of a body told; `index` is its place among them. */
export interface Told {
  readonly index: number;
  readonly emission: Emission;
}

/** A request on its way to the engine, and who listens to it. */
export interface Entry {
  readonly request: Request;
  tell(emission: Emission): void;
  fail(error: ApiError): void;
}

interface Open {
  readonly id: string;
  readonly abort: AbortController;
  readonly watch: ReturnType<Metrics["asked"]>;
}

export class Ticket implements AsyncIterable<Told> {
  readonly #box = new Mailbox<Told>();
  readonly #open = new Map<number, Open>();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #leave = () => this.leave();

  /** `gone` is told of each request that is no longer open. */
  constructor(
    readonly deadline: Milliseconds,
    private readonly left: AbortSignal,
    private readonly metrics: Metrics,
    private readonly gone: (id: string) => void,
  ) {
    this.#timer = setTimeout(() => this.#overdue(), deadline);
    left.addEventListener("abort", this.#leave);
  }

  /** Opens a request, taken at `at`. */
  enter(index: number, id: string, asked: Omit<Request, "id" | "signal">, at: Milliseconds): Entry {
    const open = { id, abort: new AbortController(), watch: this.metrics.asked(asked.prompt.length, at) };
    this.#open.set(index, open);
    return {
      request: { ...asked, id, signal: open.abort.signal },
      tell: (emission) => {
        open.watch.told(emission);
        this.#box.push({ index, emission });
        if (emission.finish !== undefined) this.#close(index);
      },
      fail: (error) => {
        this.#box.end({ error });
        this.#close(index);
      },
    };
  }

  /** Needs no more of one of them: what it has is its answer. */
  enough(index: number): void {
    this.#drop([index], "stop");
  }

  /** Needs no more of any of them. */
  leave(): void {
    this.#drop([...this.#open.keys()], "left");
  }

  [Symbol.asyncIterator](): AsyncIterator<Told> {
    return this.#box[Symbol.asyncIterator]();
  }

  #overdue(): void {
    const must = `take at most ${this.deadline / 1000} seconds`;
    this.#box.end({ error: new ApiError(504, `Cannot answer as it must ${must}: it took longer`) });
    this.#drop([...this.#open.keys()], "overdue");
  }

  #drop(indices: readonly number[], how: Ending): void {
    for (const index of indices) {
      if (!this.#open.has(index)) continue;
      this.#open.get(index)!.abort.abort();
      this.metrics.ended(how);
      this.#close(index);
    }
  }

  #close(index: number): void {
    const { id, watch } = this.#open.get(index)!;
    this.#open.delete(index);
    watch.over();
    this.gone(id);
    if (this.#open.size > 0) return;
    clearTimeout(this.#timer);
    this.left.removeEventListener("abort", this.#leave);
    this.#box.end();
  }
}
