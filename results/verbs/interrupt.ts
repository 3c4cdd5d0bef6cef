/** Ctrl-C: what was recorded stays, nothing half made is left, and exit code 130 says that the run did not complete. */
import { abandonFetches } from "../../engine/mod.ts";

/** Ends the process on Ctrl-C until it is disposed of; `tidy` clears what is drawn. */
export function onInterrupt(tidy: () => void, message: string): Disposable {
  const stop = () => {
    abandonFetches();
    tidy();
    console.error(message);
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", stop);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGINT", stop) };
}
