/// <reference lib="deno.worker" />
/** Hosts one session of the peer engine. */
import type { PeerOpening } from "./transformers_js_session.ts";
import { host } from "./worker_host.ts";

host(async (opening: PeerOpening, progress) => {
  // The package resolves a URL against the origin, which a worker of file: modules has as "null".
  Object.defineProperty(globalThis, "location", { value: undefined });
  const { openPeer } = await import("./transformers_js_session.ts");
  return openPeer(opening, progress);
});
