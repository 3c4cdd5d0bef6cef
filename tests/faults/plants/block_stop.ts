/**
 * A server that looks for the end of an answer itself. The fault (SP-09): it looks at the last token of what a step
 * told, so that an end inside goes by.
 */
import type { Emission, Request, Session } from "../../../engine/mod.ts";

/** The session behind the server. */
export function stopping(session: Session, where: "anywhere" | "last"): Session {
  return {
    tokenizer: session.tokenizer,
    context: session.context,
    generate: (requests) => generate(session, requests, where),
    score: (items) => session.score(items),
    stats: () => session.stats(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

async function* generate(
  session: Session,
  requests: Parameters<Session["generate"]>[0],
  where: "anywhere" | "last",
): AsyncIterable<Emission> {
  const stops = new Map<string, readonly number[]>();
  async function* unstopped(): AsyncIterable<Request> {
    for await (const request of requests) {
      stops.set(request.id, request.stop);
      yield { ...request, stop: [] };
    }
  }
  for await (const emission of session.generate(unstopped())) {
    const stop = stops.get(emission.id);
    // What the engine goes on to tell of an answer that has ended is dropped.
    if (stop === undefined) continue;
    const { tokens } = emission;
    const end = where === "anywhere"
      ? tokens.findIndex((token) => stop.includes(token))
      : stop.includes(tokens.at(-1)!)
      ? tokens.length - 1
      : -1;
    if (end >= 0) stops.delete(emission.id);
    yield end < 0 ? emission : upTo(emission, end + 1);
  }
}

function upTo({ id, tokens, at, margins, scored }: Emission, count: number): Emission {
  return {
    id,
    tokens: tokens.slice(0, count),
    at,
    margins: margins.slice(0, count),
    ...(scored
      ? {
        scored: {
          logProbs: scored.logProbs.slice(0, count),
          tops: scored.tops.slice(0, count),
          topLogProbs: scored.topLogProbs.slice(0, count),
        },
      }
      : {}),
    finish: "stop",
  };
}
