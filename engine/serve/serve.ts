/** Serves a session to OpenAI's clients until it is told to stop, and then ends what is open first. */
import { UserError } from "../engine.ts";
import { createEndpoint, type Serving } from "./app.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A server that listens. */
export interface Server {
  readonly addr: Deno.NetAddr;
  /** Refuses new requests, and resolves when those that are open have ended. */
  drain(): Promise<void>;
  /** Stops at once. */
  close(): Promise<void>;
}

/** How long connections may take to close once nothing is open. */
const LINGER_MS = 2000;

/** Port 0 takes any free one; `addr` says which. @throws {UserError} when the address cannot be had. */
export function serve(serving: Serving, { host, port }: Address): Server {
  const { app, desk } = createEndpoint(serving);
  const stop = new AbortController();
  const server = listen({ host, port }, stop.signal, app.fetch);
  let over = false;
  const abort = () => {
    if (!over) stop.abort();
    over = true;
  };
  return {
    addr: server.addr,
    close: async () => {
      abort();
      await Promise.all([desk.close(), server.finished]);
    },
    drain: async () => {
      await desk.drain();
      // A client that has stopped reading must not hold the server up.
      const timer = setTimeout(abort, LINGER_MS);
      await server.shutdown();
      clearTimeout(timer);
      over = true;
      await desk.close();
    },
  };
}

function listen(
  { host, port }: Address,
  signal: AbortSignal,
  fetch: (request: Request) => Response | Promise<Response>,
) {
  try {
    return Deno.serve({ hostname: host, port, signal, onListen: () => {} }, (request) => fetch(request));
  } catch (error) {
    const { AddrInUse, AddrNotAvailable, PermissionDenied } = Deno.errors;
    const known = error instanceof AddrInUse || error instanceof AddrNotAvailable ||
      error instanceof PermissionDenied;
    if (!known && !(error instanceof Error && /lookup|address/i.test(error.message))) throw error;
    throw new UserError(
      `Cannot serve on ${host}:${port} as the address must be free and this machine's: ${
        (error as Error).message
      }. Choose others with --host and --port.`,
    );
  }
}
