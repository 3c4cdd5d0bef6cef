/** Serves the viewer on this machine. */
import { UserError } from "../../engine/mod.ts";
import type { ResultsStore } from "../recording.ts";
import { createApp } from "./app.tsx";

export interface View {
  readonly port: number;
  readonly host: string;
  readonly store: ResultsStore;
}

/** Port 0 takes any free one; the server's `addr` says which. @throws {UserError} when the address cannot be had. */
export function view({ port, host, store }: View): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ port, hostname: host, onListen: () => {} }, createApp(store).fetch);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UserError(
        `Cannot show the results on port ${port} as it must be free: another program listens there. Choose another with --port`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.AddrNotAvailable) {
      throw new UserError(
        `Cannot show the results on ${host}:${port} as this machine must allow it: ${error.message}. Choose another with --port`,
      );
    }
    throw error;
  }
}
