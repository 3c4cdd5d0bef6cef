/** A session in this thread: the step loop and scoring over one network, as the Session port. */
import { Arrivals } from "./arrivals.ts";
import type { DecoderLive } from "./decoder.ts";
import type { Clock } from "./clock.ts";
import type { KvLive } from "./cache.ts";
import type { Emission, Request, Scored, ScoreItem, Session, SessionStats } from "./engine.ts";
import { Unsupported } from "./engine.ts";
import { Loop } from "./loop.ts";
import type { Network } from "./network.ts";
import type { SchedulerLive } from "./scheduler.ts";
import { score } from "./score.ts";
import type { Model, Slot, SlotName, Stack } from "./stack.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { LoadedGraph } from "./workbench/loaded_graph.ts";

/** What a slot's `open(params, live)` may use. */
export interface Live {
  readonly shape: Network["shape"];
  /** The stack's own model, as a recipe. */
  readonly model: Model;
  /** The models that the slot needs beside it. */
  readonly models: Readonly<Record<string, Model>>;
  readonly clock: Clock;
  /** Opens another network beside it, as a drafter needs one; whoever opened it disposes of it. */
  network(model: Model): Promise<Network>;
  /** Opens a graph of a decoder's own where the session runs; whoever opened it disposes of it. */
  program(graph: Uint8Array): Promise<LoadedGraph>;
}

/** Loads the live halves of a stack's slots. @throws {Unsupported} when a slot's module cannot be opened. */
export async function openSlots(stack: Stack, live: Omit<Live, "models">) {
  return {
    cache: await openSlot<KvLive>("cache", stack.cache, live),
    decoder: await openSlot<DecoderLive>("decoder", stack.decoder, live),
    scheduler: await openSlot<SchedulerLive>("scheduler", stack.scheduler, live),
  };
}

async function openSlot<T>(name: SlotName, slot: Slot, live: Omit<Live, "models">): Promise<T> {
  const module = await import(slot.module) as {
    open?: (params: Slot["params"], live: Live) => T | Promise<T>;
  };
  if (typeof module.open !== "function") {
    throw new Unsupported(name, `the module of "${slot.name}" does not export open()`);
  }
  return await module.open(slot.params, { ...live, models: slot.models ?? {} });
}

type Slots = Awaited<ReturnType<typeof openSlots>>;

/** Ids in, ids out: what a worker hosts. */
export class IdSession implements Omit<Session, "tokenizer"> {
  readonly #loop: Loop;
  readonly #decoder: DecoderLive;
  readonly #cache: KvLive;
  #scoredTokens = 0;

  constructor(private readonly network: Network, slots: Slots, clock: Clock) {
    this.#loop = new Loop({ network, clock, ...slots });
    this.#decoder = slots.decoder;
    this.#cache = slots.cache;
  }

  get context(): number {
    return Math.min(this.network.shape.context, this.#cache.limit ?? Infinity);
  }

  async *generate(requests: AsyncIterable<Request> | Iterable<Request>): AsyncIterable<Emission> {
    const arrivals = new Arrivals(requests);
    try {
      for (;;) {
        for (const request of await arrivals.take()) this.#loop.submit(request);
        this.#loop.sweep();
        if (!this.#loop.idle) yield* await this.#loop.step();
        else if (!(await arrivals.more())) return;
      }
    } finally {
      this.#loop.abandon();
    }
  }

  async *score(items: Iterable<ScoreItem>): AsyncIterable<Scored> {
    for await (const scored of score(this.network, items)) {
      this.#scoredTokens += scored.logProbs.reduce((sum, { length }) => sum + length, 0);
      yield scored;
    }
  }

  stats(): Promise<SessionStats> {
    const counters = { ...this.#loop.counters, scoredTokens: this.#scoredTokens };
    const own = this.network.weightBytes;
    const weightBytes = own === undefined ? undefined : own + (this.#decoder.weightBytes ?? 0);
    return Promise.resolve({ counters, addedBytes: 0, ...(weightBytes !== undefined && { weightBytes }) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cache[Symbol.dispose]?.();
    await this.#decoder[Symbol.asyncDispose]?.();
    await this.network[Symbol.asyncDispose]();
  }
}

/** A session in this thread. */
export class LiveSession extends IdSession implements Session {
  constructor(network: Network, readonly tokenizer: Tokenizer, slots: Slots, clock: Clock) {
    super(network, slots, clock);
  }
}
