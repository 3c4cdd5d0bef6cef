/** The code behind a module, so that what it makes is another thing when any of it was edited. */
const IMPORT = /\b(?:from|import)\s*\(?\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g;

/**
 * The texts of a module's file and of the files that it imports by relative paths, and they in turn, by URL in the order
 * of the imports; an import that `skip` names is left out, with what only that one imports.
 */
export async function moduleTexts(
  module: string,
  skip: (url: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map([[module, await Deno.readTextFile(new URL(module))]]);
  const gather = async (from: string): Promise<void> => {
    for (const [, path] of texts.get(from)!.matchAll(IMPORT)) {
      const { href } = new URL(path!, from);
      if (texts.has(href) || skip(href)) continue;
      // What only looks like an import, e.g. in a comment, is not there.
      const text = await Deno.readTextFile(new URL(href)).catch(() => undefined);
      if (text === undefined) continue;
      texts.set(href, text);
      await gather(href);
    }
  };
  await gather(module);
  return texts;
}
