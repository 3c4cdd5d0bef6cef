/** Puts a workload's requests to a session as they would arrive, and notes when each token became known. */
import type { Clock, Emission, Milliseconds } from "../engine/mod.ts";
import type { Arrival } from "../datasets/mod.ts";
import type { Block, Timing } from "./outcome.ts";
import type { Transcript } from "./quality/token_match.ts";
import { type Asked, Sending, waitUntil } from "./sending.ts";

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
 * Runs all requests, those of one conversation one after another; times are relative to the block's start. `until` waits
 * for a time of the clock.
 * @throws where the session answers what is not under way.
 */
export async function drive<R extends Asked>(
  session: Answering<R>,
  requests: readonly R[],
  arrival: Arrival,
  clock: Clock,
  until: (at: Milliseconds) => Promise<void> = (at) => waitUntil(at, clock),
): Promise<Driven> {
  const timings = new Map<string, Open>();
  const transcripts = new Map<string, { tokens: number[]; margins: number[] }>();
  const sending = new Sending(requests, arrival, ({ id }, due = clock.now() - startedAt) => {
    timings.set(id, { id, sent: due, tokens: [] });
    transcripts.set(id, { tokens: [], margins: [] });
  });
  const startedAt = clock.now();
  let last = startedAt;
  sending.start((at) => until(startedAt + at));
  try {
    for await (const { id, tokens, margins, at, finish } of session.generate(sending.sent)) {
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
      sending.ended(id);
    }
  } finally {
    sending.stop();
  }
  return { block: { startedAt, duration: last - startedAt, timings: [...timings.values()] }, transcripts };
}
