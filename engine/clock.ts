/** The only reader of time. Milliseconds since the Unix epoch, monotonic within a process, comparable across its workers. */
export type Milliseconds = number;

export interface Clock {
  now(): Milliseconds;
}

export const systemClock: Clock = { now: () => performance.timeOrigin + performance.now() };

/** A clock that moves only when told, for tests. */
export class ManualClock implements Clock {
  #time: Milliseconds;
  constructor(start: Milliseconds = 0) {
    this.#time = start;
  }
  now(): Milliseconds {
    return this.#time;
  }
  advance(by: Milliseconds): void {
    this.#time += by;
  }
}
