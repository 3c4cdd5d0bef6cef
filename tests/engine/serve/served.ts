/** An endpoint over the toy engine, on a port of its own, for as long as a test runs. */
import OpenAI from "openai";
import { dense, oneAtATime, plain, type Session, type Stack } from "../../../engine/mod.ts";
import { toyEngine, toyModel } from "../../../engine/engines/toy.ts";
import { createEndpoint, type Serving } from "../../../engine/serve/app.ts";
import { serve } from "../../../engine/serve/serve.ts";
import { compose, continuousBatching, prefixCache } from "../../../techniques/mod.ts";

export const baseline: Stack = { model: toyModel, cache: dense(), decoder: plain, scheduler: oneAtATime };

/** Several requests in flight, with a cache that they share. */
export async function batching(): Promise<Stack> {
  return (await compose(baseline, [prefixCache(4096), continuousBatching()])).at(-1)!;
}

type Over = Partial<Omit<Serving, "session">> & {
  readonly session?: (session: Session) => Session;
  /** Batches over a shared cache where absent. */
  readonly stack?: Stack;
};

/** Calls `use` with the address and a client of it. */
export async function served(
  use: (at: { readonly url: string; readonly client: OpenAI; readonly session: Session }) => Promise<void>,
  { session: wrap = (one) => one, stack, ...over }: Over = {},
): Promise<void> {
  await using own = await toyEngine().open(stack ?? await batching());
  const session = wrap(own);
  const limits = { most: 64, deadline: 10_000 };
  const server = serve({ session, model: "toy", limits, ...over }, { host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${server.addr.port}`;
  try {
    await use({
      url,
      session,
      client: new OpenAI({ baseURL: `${url}/v1`, apiKey: over.key ?? "none", maxRetries: 0 }),
    });
  } finally {
    await server.close();
  }
}

/** The app without a socket, over a session that is given or the toy's. */
export async function endpoint(
  use: (
    ask: (path: string, body?: unknown, init?: RequestInit) => Promise<Response>,
    session: Session,
  ) => Promise<void>,
  { session: wrap = (one) => one, stack, ...over }: Over = {},
): Promise<void> {
  await using own = await toyEngine().open(stack ?? await batching());
  const session = wrap(own);
  const limits = { most: 64, deadline: 10_000 };
  const { app, desk } = createEndpoint({ session, model: "toy", limits, ...over });
  const ask = async (path: string, body?: unknown, init: RequestInit = {}) =>
    await app.request(path, {
      ...(body === undefined
        ? {}
        : { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...init,
    });
  try {
    await use(ask, session);
  } finally {
    await desk.close();
  }
}

/** A figure without labels in the text of /metrics. */
export const gaugeIn = (text: string, name: string): number =>
  Number(new RegExp(`\nassay_${name} (\\d+)\n`).exec(text)![1]);
