/**
 * Between many clients and one session: a single long generate() call takes every request as it comes, so that the
 * scheduler sees them all. What is open is bounded (a client is told to come back), and ends with its client or its
 * deadline, whichever comes first.
 */
import type { Clock, Milliseconds } from "../clock.ts";
import type { Emission, Request, Session } from "../engine.ts";
import { ApiError, apiError } from "./api_error.ts";
import { Mailbox } from "./mailbox.ts";
import type { Metrics, Watch } from "./metrics.ts";

export interface Limits {
  /** Requests that are open at most, answers to one body counted each. */
  readonly most: number;
  /** How long a request may take. */
  readonly deadline: Milliseconds;
}

/** Requests that came together, as they are answered; `index` is the place among them. */
export interface Ticket extends AsyncIterable<{ readonly index: number; readonly emission: Emission }> {
  /** Needs no more of one of them. */
  enough(index: number): void;
  /** Needs no more of any of them. */
  leave(): void;
}

interface Open {
  readonly tell: (emission: Emission) => void;
  readonly fail: (error: unknown) => void;
}

export class Desk {
  readonly #open = new Map<string, Open>();
  readonly #idle: (() => void)[] = [];
  #source = new Mailbox<Request>();
  #count = 0;
  #draining = false;
  #failed = false;
  #closed = false;
  readonly #running: Promise<void>;

  constructor(
    private readonly session: Pick<Session, "generate">,
    private readonly limits: Limits,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {
    this.#running = this.#run();
  }

  /** Whether it takes requests, and its engine answered the last one that it was asked. */
  get state(): "ok" | "draining" | "failed" {
    return this.#draining ? "draining" : this.#failed ? "failed" : "ok";
  }

  /** Takes requests. @throws {ApiError} where there is no room for them all, or none is taken any more. */
  take(requests: readonly Omit<Request, "id" | "signal">[], left: AbortSignal): Ticket {
    this.#admit(requests.length);
    const box = new Mailbox<{ readonly index: number; readonly emission: Emission }>();
    const open = new Map<
      number,
      { readonly id: string; readonly controller: AbortController; readonly watch: Watch }
    >();
    const close = (index: number) => {
      const { id, watch } = open.get(index)!;
      watch.over();
      this.#open.delete(id);
      open.delete(index);
      if (open.size > 0) return;
      clearTimeout(overdue);
      left.removeEventListener("abort", leave);
      box.end();
      if (this.#open.size === 0) { for (const wake of this.#idle.splice(0)) wake(); }
    };
    const enough = (index: number) => {
      open.get(index)?.controller.abort();
      if (open.has(index)) close(index);
    };
    const drop = (outcome: "left" | "overdue") => {
      this.metrics.ended(outcome, open.size);
      for (const index of [...open.keys()]) enough(index);
    };
    const leave = () => drop("left");
    const overdue = setTimeout(() => {
      const seconds = this.limits.deadline / 1000;
      box.end({
        error: new ApiError(504, `Cannot answer as it must take at most ${seconds} seconds: it took longer`),
      });
      drop("overdue");
    }, this.limits.deadline);
    requests.forEach((request, index) => {
      const id = String(this.#count++);
      const controller = new AbortController();
      const watch = this.metrics.asked(request.prompt.length, this.clock.now());
      open.set(index, { id, controller, watch });
      this.#open.set(id, {
        tell: (emission) => {
          watch.told(emission);
          box.push({ index, emission });
          if (emission.finish !== undefined) close(index);
        },
        fail: (error) => {
          box.end({ error });
          close(index);
        },
      });
      this.#source.push({ ...request, id, signal: controller.signal });
    });
    if (left.aborted) leave();
    else left.addEventListener("abort", leave);
    return {
      enough: (index) => {
        if (open.has(index)) this.metrics.ended("stop");
        enough(index);
      },
      leave,
      [Symbol.asyncIterator]: () => box[Symbol.asyncIterator](),
    };
  }

  /** Takes no more requests; resolves when those that are open have ended. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Ends the session's generation; whatever is open fails. */
  async close(): Promise<void> {
    this.#draining = this.#closed = true;
    this.#fail(new ApiError(503, "Cannot answer as the server must go on: it is being stopped"));
    this.#source.end();
    await this.#running;
  }

  #admit(count: number): void {
    if (this.#draining) {
      throw new ApiError(503, "Cannot take the request as the server must go on: it is being stopped", {
        retryAfter: 5,
      });
    }
    const { most } = this.limits;
    if (this.#open.size + count <= most) return;
    this.metrics.ended("refused", count);
    throw new ApiError(
      429,
      `Cannot take the request as at most ${most} may be open: ${this.#open.size} are`,
      {
        code: "queue_full",
        retryAfter: 1,
      },
    );
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        for await (const emission of this.session.generate(this.#source)) {
          this.#failed = false;
          this.#open.get(emission.id)?.tell(emission);
        }
      } catch (error) {
        console.error(error);
        this.#failed = true;
        this.#source.end();
        this.#source = new Mailbox();
        this.#fail(apiError(error));
      }
    }
  }

  #fail(error: ApiError): void {
    this.metrics.ended("error", this.#open.size);
    for (const { fail } of [...this.#open.values()]) fail(error);
  }
}
