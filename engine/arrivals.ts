/** Requests as they come: pulled from their source at once, handed over when a session has a place for them. */
import { setImmediate } from "node:timers";
import type { Request } from "./engine.ts";

export class Arrivals {
  readonly #arrived: Request[] = [];
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake = () => {};

  constructor(source: AsyncIterable<Request> | Iterable<Request>) {
    void this.#pull(source);
  }

  async #pull(source: AsyncIterable<Request> | Iterable<Request>): Promise<void> {
    try {
      for await (const request of source) {
        this.#arrived.push(request);
        this.#wake();
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#ended = true;
    this.#wake();
  }

  /** At most `count` of those that have come by now, after letting the event loop turn once. @throws what the source threw. */
  async take(count = Infinity): Promise<readonly Request[]> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#failure) throw this.#failure.error;
    return this.#arrived.splice(0, count);
  }

  /** Waits for another request; false when there will be none. */
  async more(): Promise<boolean> {
    while (this.#arrived.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return this.#arrived.length > 0 || this.#failure !== undefined;
  }
}
