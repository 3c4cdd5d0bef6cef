/** Uses the cache from another process; see cache_user.ts. */
export type Answer = Readonly<Record<string, unknown>>;

/** Runs one action with the cache at `cache`; undefined where the process was killed. */
export async function inProcess(cache: string, ...args: string[]): Promise<Answer | undefined> {
  const { stdout } = await new Deno.Command("deno", {
    args: ["run", "--no-check", "--allow-all", new URL("cache_user.ts", import.meta.url).pathname, ...args],
    env: { ASSAY_CACHE: cache },
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  return text === "" ? undefined : JSON.parse(text);
}

/** Runs `use` with a folder that is gone afterwards. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Every file below a folder, with slashes, sorted. */
export function below(folder: string, path = ""): string[] {
  return Array.from(Deno.readDirSync(`${folder}/${path}`)).flatMap(({ name, isDirectory }) =>
    isDirectory ? below(folder, `${path}${name}/`) : [`${path}${name}`]
  ).sort();
}
