/** `deno task view`: the pages, on this machine. */
import { keptAt, openStore, storePath } from "../store.ts";
import { view } from "../viewer/view.ts";
import { read, whole } from "./arguments.ts";

const USAGE = {
  command: "deno task view",
  about: "serves the boards and trials as pages on this machine",
  options: {
    port: { value: "N", about: "the port; 8000 where absent, any free one for 0" },
    store: { value: "FILE", about: `the store; ${storePath()} where absent` },
  },
} as const;

/** Serves until it is interrupted. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const port = whole(values.port ?? "8000", "port", 0, 65_535);
  // Without a store named, pages stand and wait for the first results.
  using store = openStore(values.store === undefined ? undefined : keptAt(values.store, "show"));
  const server = view({ port, host: "127.0.0.1", store });
  console.log(`The boards are at http://127.0.0.1:${server.addr.port}/ until Ctrl-C.`);
  const stop = () => void server.shutdown();
  Deno.addSignalListener("SIGINT", stop);
  await server.finished;
  Deno.removeSignalListener("SIGINT", stop);
  return 0;
}
