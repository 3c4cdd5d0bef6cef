/** Requests on their way to whatever answers them, each at its time: its own, or when another has ended. */
import { setImmediate } from "node:timers";
import { type Clock, Mailbox, type Milliseconds } from "../engine/mod.ts";
import type { Arrival } from "../datasets/mod.ts";
import { arrivalTimes, isOpen } from "./arrival_times.ts";

export interface Asked {
  readonly id: string;
  readonly conversation?: string;
}

export class Sending<R extends Asked> {
  /** What the one who answers reads. */
  readonly sent: Mailbox<R> = new Mailbox<R>();
  readonly #arriving: readonly (readonly R[])[];
  readonly #following = new Map<string, R>();
  readonly #due: readonly Milliseconds[] | undefined;
  readonly #places: number;
  #begun = 0;
  #left: number;

  /** `tell` hears of each request as it is sent, with the time at which it was to be; absent: now. */
  constructor(
    requests: readonly R[],
    arrival: Arrival,
    private readonly tell: (request: R, due?: Milliseconds) => void,
  ) {
    this.#arriving = conversations(requests);
    this.#left = requests.length;
    for (const one of this.#arriving) {
      one.slice(1).forEach((next, i) => this.#following.set(one[i]!.id, next));
    }
    this.#due = isOpen(arrival) ? arrivalTimes(this.#arriving.length, arrival) : undefined;
    const all = this.#arriving.length;
    this.#places = arrival.kind === "single" ? 1 : arrival.kind === "closed" ? arrival.clients : all;
  }

  /** Sends what comes first; `until` waits for a time since the start. */
  start(until: (at: Milliseconds) => Promise<void>): void {
    if (this.#due === undefined) {
      for (let place = 0; place < this.#places; place++) this.#begin();
    } else this.#arrive(this.#due, until).catch((error) => this.sent.end({ error }));
  }

  /** Sends what waited for this one. */
  ended(id: string): void {
    const next = this.#following.get(id);
    if (next) this.#send(next);
    else if (this.#due === undefined) this.#begin();
  }

  /** Sends no more. */
  stop(): void {
    this.#begun = this.#arriving.length;
  }

  async #arrive(due: readonly Milliseconds[], until: (at: Milliseconds) => Promise<void>): Promise<void> {
    for (const at of due) {
      await until(at);
      this.#begin(at);
    }
  }

  #begin(due?: Milliseconds): void {
    const next = this.#arriving[this.#begun++];
    if (next) this.#send(next[0]!, due);
  }

  #send(request: R, due?: Milliseconds): void {
    this.tell(request, due);
    this.sent.push(request);
    if (--this.#left === 0) this.sent.end();
  }
}

/** Requests in the order in which they arrive: neighbours of one conversation as one. */
function conversations<R extends Asked>(requests: readonly R[]): readonly (readonly R[])[] {
  const all: R[][] = [];
  for (const request of requests) {
    const before = all.at(-1)?.[0];
    const goesOn = request.conversation !== undefined && before?.conversation === request.conversation;
    if (goesOn) all.at(-1)!.push(request);
    else all.push([request]);
  }
  return all;
}

/** Timers fire late by about so much: the rest is waited for by turns of the event loop. */
const TIMER_MS = 3;

/** Waits for a time of the clock, or until the signal is aborted. */
export async function waitUntil(at: Milliseconds, clock: Clock, signal?: AbortSignal): Promise<void> {
  const left = at - clock.now() - TIMER_MS;
  if (left > 0) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(over, left);
      function over() {
        clearTimeout(timer);
        signal?.removeEventListener("abort", over);
        resolve();
      }
      if (signal?.aborted) over();
      else signal?.addEventListener("abort", over);
    });
  }
  while (clock.now() < at && !signal?.aborted) await new Promise<void>((resolve) => setImmediate(resolve));
}
