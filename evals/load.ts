/** Puts a workload's requests to a session as they would arrive, and notes when each token became known. */
import type { Clock, Request, Session } from "../engine/mod.ts";
import type { Arrival } from "../datasets/mod.ts";
import type { Block, Timing } from "./outcome.ts";
import type { Transcript } from "./quality/token_match.ts";

export interface Driven {
  readonly block: Pick<Block, "startedAt" | "duration" | "timings">;
  readonly transcripts: ReadonlyMap<string, Transcript>;
}

type Open = { -readonly [K in keyof Timing]: Timing[K] } & { readonly tokens: number[] };

/**
 * Runs all requests; times are relative to the block's start.
 * @throws where the session answers what is not under way.
 */
export async function drive(
  session: Session,
  requests: readonly Request[],
  arrival: Arrival,
  clock: Clock,
): Promise<Driven> {
  const startedAt = clock.now();
  const timings = new Map<string, Open>();
  const transcripts = new Map<string, { tokens: number[]; margins: number[] }>();
  const gate = new Gate(
    arrival.kind === "single" ? 1 : arrival.kind === "closed" ? arrival.clients : requests.length,
  );
  async function* arrive(): AsyncIterable<Request> {
    for (const request of requests) {
      await gate.enter();
      timings.set(request.id, { id: request.id, sent: clock.now() - startedAt, tokens: [] });
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
