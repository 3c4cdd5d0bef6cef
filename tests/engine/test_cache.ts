/**
 * A cache for tests that build graphs in this process. Test files run side by side in one process and share its
 * environment, so all of them use one folder, and the last to end removes it.
 */
const folder = `${Deno.env.get("TMPDIR") || "/tmp"}/assay-tests-${Deno.pid}`;
const mark = `${folder}/users/${crypto.randomUUID()}`;

/** Points the cache there until this test file ends. */
export function useTestCache(): void {
  Deno.mkdirSync(mark, { recursive: true });
  Deno.env.set("ASSAY_CACHE", `${folder}/cache`);
  globalThis.addEventListener("unload", () => {
    Deno.removeSync(mark);
    if (Array.from(Deno.readDirSync(`${folder}/users`)).length === 0) {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}
