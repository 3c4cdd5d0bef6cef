/** `deno task cache`: what was fetched and built, and how to be rid of it. */
import { cacheFolder, clearCache, listCache } from "../../engine/mod.ts";
import { read } from "./arguments.ts";

const USAGE = {
  command: "deno task cache",
  about: "shows what was fetched and built",
  options: { clear: { about: "remove all of it" } },
} as const;

/** Lists or clears the cache. */
export async function run(args: readonly string[]): Promise<number> {
  const values = read(USAGE, args);
  if (!values) return 0;
  const entries = await listCache();
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const size = (bytes: number) => `${(bytes / 1e6).toFixed(1).padStart(9)} MB`;
  if (values.clear) {
    await clearCache();
    console.log(`Removed ${entries.length} files, ${size(total).trim()}, from ${cacheFolder()}.`);
    return 0;
  }
  for (const { name, bytes } of entries) console.log(`${size(bytes)}  ${name}`);
  console.log(`${size(total)}  in all, in ${cacheFolder()}`);
  return 0;
}
