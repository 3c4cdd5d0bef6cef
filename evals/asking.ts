/**
 * How a session is asked, the way it will be used: requests alone, one after another, or in a crowd of neighbours that
 * differ in length, sampling and tenant, come together and leave early. A right session answers alike in both.
 */
import type { Emission, Request, Session } from "../engine/mod.ts";

/** What one request came to. */
export interface Collected {
  readonly tokens: readonly number[];
  /** Greedy top-1 minus top-2 logit where each token was chosen. */
  readonly margins: readonly number[];
  /** Where asked: natural log-probability of each token, and whether it was the likeliest. */
  readonly logProbs: readonly number[];
  /** Steps that told new tokens. */
  readonly steps: number;
  readonly finish?: Emission["finish"];
}

type Open = {
  -readonly [K in keyof Collected]: Collected[K] extends readonly number[] ? number[] : Collected[K];
};

/** Asks all requests at once. */
export async function together(
  session: Session,
  requests: readonly Request[],
): Promise<ReadonlyMap<string, Collected>> {
  const all = new Map<string, Open>(
    requests.map(({ id }) => [id, { tokens: [], margins: [], logProbs: [], steps: 0 }]),
  );
  for await (const { id, tokens, margins, scored, finish } of session.generate(requests)) {
    const one = all.get(id);
    if (one === undefined) throw new Error(`Cannot take an answer to ${id} as nobody asked it`);
    one.tokens.push(...tokens);
    one.margins.push(...margins);
    one.logProbs.push(...scored?.logProbs ?? []);
    one.steps++;
    if (finish !== undefined) one.finish = finish;
  }
  return all;
}

/** Asks one request after another. */
export async function alone(
  session: Session,
  requests: readonly Request[],
): Promise<ReadonlyMap<string, Collected>> {
  const all = new Map<string, Collected>();
  for (const request of requests) {
    for (const [id, one] of await together(session, [request])) all.set(id, one);
  }
  return all;
}

/** Asks all requests at once among neighbours, whose answers are dropped. */
export async function crowded(
  session: Session,
  requests: readonly Request[],
): Promise<ReadonlyMap<string, Collected>> {
  const mixed = requests.flatMap((request, i) =>
    i % 2 === 0 ? [neighbour(session, requests, i), request] : [request]
  );
  return await together(session, mixed);
}

const NEIGHBOUR = "neighbour ";

/** A request unlike the others: very short or twice as long, ending early, drawing hot, cold or not at all. */
function neighbour({ context, greedyOnly }: Session, requests: readonly Request[], i: number): Request {
  const { prompt } = requests[(i + 1) % requests.length]!;
  const own = requests[i]!;
  const maxTokens = 1 + i * 5 % 11;
  const kind = i / 2 % 3;
  const wanted = kind === 0 ? prompt.slice(-2) : kind === 1 ? [...prompt, ...own.prompt] : prompt.slice(1);
  const sampling = { temperature: kind === 1 ? 1.5 : 0.6, seed: i, ...(kind === 2 ? { topK: 5 } : {}) };
  return {
    id: `${NEIGHBOUR}${i}`,
    prompt: (wanted.length > 0 ? wanted : prompt).slice(0, context - maxTokens),
    maxTokens,
    stop: [],
    tenant: `${NEIGHBOUR}${kind}`,
    ...(kind === 0 || greedyOnly ? {} : { sampling }),
  };
}
