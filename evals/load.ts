/** Puts a workload's requests to a session as they would arrive, and notes when each token became known. */
import type { Clock, Request, Session } from "../engine/mod.ts";
import type { Arrival } from "../datasets/mod.ts";
import type { Block, Timing } from "./outcome.ts";
import type { Transcript } from "./quality/token_match.ts";

export interface Driven {
  readonly block: Omit<Block, "arm">;
  readonly transcripts: ReadonlyMap<string, Transcript>;
}

/** Runs all requests; times are relative to the block's start. */
export async function drive(
  session: Session,
  requests: readonly Request[],
  arrival: Arrival,
  clock: Clock,
): Promise<Driven> {
  const startedAt = clock.now();
  const timings = new Map<string, { sent: number; tokens: number[] }>();
  const transcripts = new Map<string, { tokens: number[]; margins: number[] }>();
  const gate = new Gate(
    arrival.kind === "single" ? 1 : arrival.kind === "closed" ? arrival.clients : requests.length,
  );
  async function* arrive(): AsyncIterable<Request> {
    for (const request of requests) {
      await gate.enter();
      timings.set(request.id, { sent: clock.now() - startedAt, tokens: [] });
      transcripts.set(request.id, { tokens: [], margins: [] });
      yield request;
    }
  }
  let last = startedAt;
  for await (const { id, tokens, margins, at, finish } of session.generate(arrive())) {
    const transcript = transcripts.get(id)!;
    transcript.tokens.push(...tokens);
    transcript.margins.push(...margins);
    timings.get(id)!.tokens.push(...tokens.map(() => at - startedAt));
    last = Math.max(last, at);
    if (finish !== undefined) gate.leave();
  }
  const block = {
    startedAt,
    duration: last - startedAt,
    timings: [...timings].map(([id, timing]): Timing => ({ id, ...timing })),
  };
  return { block, transcripts };
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
