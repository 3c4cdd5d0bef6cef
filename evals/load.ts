/** Puts a workload's requests to a session as they would arrive, and notes when each token became known. */
import { setImmediate } from "node:timers";
import { type Clock, type Emission, type Milliseconds, uniform } from "../engine/mod.ts";
import type { Arrival } from "../datasets/mod.ts";
import type { Block, Timing } from "./outcome.ts";
import type { Transcript } from "./quality/token_match.ts";

export interface Driven {
  readonly block: Pick<Block, "startedAt" | "duration" | "timings">;
  readonly transcripts: ReadonlyMap<string, Transcript>;
}

type Open = { -readonly [K in keyof Timing]: Timing[K] } & { readonly tokens: number[] };

/** Whatever answers requests: a session, or a server elsewhere. */
export interface Answering<R> {
  generate(requests: AsyncIterable<R>): AsyncIterable<Emission>;
}

/**
 * Runs all requests; times are relative to the block's start. `until` waits for a time of the clock.
 * @throws where the session answers what is not under way.
 */
export async function drive<R extends { readonly id: string }>(
  session: Answering<R>,
  requests: readonly R[],
  arrival: Arrival,
  clock: Clock,
  until: (at: Milliseconds) => Promise<void> = (at) => waitUntil(at, clock),
): Promise<Driven> {
  const startedAt = clock.now();
  const timings = new Map<string, Open>();
  const transcripts = new Map<string, { tokens: number[]; margins: number[] }>();
  const gate = new Gate(
    arrival.kind === "single" ? 1 : arrival.kind === "closed" ? arrival.clients : requests.length,
  );
  const due = arrival.kind === "poisson" ? arrivalTimes(requests.length, arrival) : undefined;
  async function* arrive(): AsyncIterable<R> {
    for (const [i, request] of requests.entries()) {
      if (due) await until(startedAt + due[i]!);
      else await gate.enter();
      timings.set(request.id, { id: request.id, sent: due?.[i] ?? clock.now() - startedAt, tokens: [] });
      transcripts.set(request.id, { tokens: [], margins: [] });
      yield request;
    }
  }
  let last = startedAt;
  for await (const { id, tokens, margins, at, finish } of session.generate(arrive())) {
    const [timing, transcript] = [timings.get(id), transcripts.get(id)];
    if (timing === undefined || transcript === undefined || timing.finish !== undefined) {
      throw new Error(
        `Cannot time an answer to ${id} as the request must be under way: it ${
          timing ? "had ended" : "was not sent"
        }`,
      );
    }
    transcript.tokens.push(...tokens);
    transcript.margins.push(...margins);
    timing.tokens.push(...tokens.map(() => at - startedAt));
    last = Math.max(last, at);
    if (finish === undefined) continue;
    timing.finish = finish;
    // Sessions may tell tokens together, but a stream's end at once: what it waits for is the client.
    timing.lag = clock.now() - at;
    gate.leave();
  }
  return { block: { startedAt, duration: last - startedAt, timings: [...timings.values()] }, transcripts };
}

/** When requests arrive that come at random, so many a second on average. */
export function arrivalTimes(
  count: number,
  { perSecond, seed }: { readonly perSecond: number; readonly seed: number },
): readonly Milliseconds[] {
  let at = 0;
  return Array.from({ length: count }, (_, i) => at += -Math.log(1 - uniform(seed, i)) / perSecond * 1000);
}

/** Timers fire late by about so much: the rest is waited for by turns of the event loop. */
const TIMER_MS = 3;

async function waitUntil(at: Milliseconds, clock: Clock): Promise<void> {
  const left = at - clock.now() - TIMER_MS;
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  while (clock.now() < at) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** Lets `places` in at once. */
class Gate {
  readonly #queue: (() => void)[] = [];
  constructor(private places: number) {}

  async enter(): Promise<void> {
    if (this.places > 0) this.places--;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  leave(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.places++;
  }
}
