/** `deno task export`: every recording as one line of JSON on standard output. */
import { exportJsonl } from "../export.ts";
import type { Broken } from "../recording.ts";
import { openStore, storePath } from "../store.ts";
import { read } from "./arguments.ts";

const USAGE = {
  command: "deno task export",
  about: "writes every recording as one line of JSON to standard output",
  options: { store: { value: "FILE", about: `the store; ${storePath()} where absent` } },
} as const;

/** Prints the lines. */
export function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return Promise.resolve(0);
  using store = openStore(values.store);
  const broken = ({ id, why }: Broken) => console.error(`Left out ${id}, which cannot be read: ${why}.`);
  for (const line of exportJsonl(store, broken)) console.log(line);
  return Promise.resolve(0);
}
