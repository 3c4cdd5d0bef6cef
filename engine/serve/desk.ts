/**
 * Between many clients and one session: a single long generate() call takes every request as it comes, so that the
 * scheduler sees them all. What is open is bounded (a client is told to come back), and ends with its client or its
 * deadline, whichever comes first.
 */
import type { Clock, Milliseconds } from "../clock.ts";
import type { Request, Session } from "../engine.ts";
import { ApiError, apiError } from "./api_error.ts";
import { Mailbox } from "./mailbox.ts";
import type { Metrics } from "./metrics.ts";
import { type Entry, Ticket } from "./ticket.ts";

export interface Limits {
  /** Requests that are open at most, answers to one body counted each. */
  readonly most: number;
  /** How long a request may take. */
  readonly deadline: Milliseconds;
}

export class Desk {
  readonly #open = new Map<string, Entry>();
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
    const ticket = new Ticket(this.limits.deadline, left, this.metrics, (id) => {
      this.#open.delete(id);
      if (this.#open.size === 0) this.#idle.splice(0).forEach((wake) => wake());
    });
    const entries = requests.map((request, index) =>
      ticket.enter(index, String(this.#count++), request, this.clock.now())
    );
    for (const entry of entries) {
      this.#open.set(entry.request.id, entry);
      this.#source.push(entry.request);
    }
    if (left.aborted) ticket.leave();
    return ticket;
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
