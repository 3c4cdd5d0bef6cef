/** The code of a technique: one whose file was edited is another technique, and what was recorded of it is another's. */
import { digest, type Stack } from "../engine/mod.ts";

const ROOT = new URL("../", import.meta.url).href;
/** Our own code is told by the commit; a user's files may lie in the same checkout, beside the rooms. */
const isOurs = (module: string) =>
  module.startsWith(ROOT) &&
  /^(?:(?:engine|datasets|techniques|evals|results)\/|mod\.[jt]s$)/.test(module.slice(ROOT.length));
const IMPORT = /\b(?:from|import)\s*\(?\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g;

/** A digest for each module that a stack's slots load: of its text, and of a user's own modules that it imports. */
export async function codeOf({ cache, decoder, scheduler }: Stack): Promise<readonly string[]> {
  return await Promise.all([cache, decoder, scheduler].map(async ({ module }) => {
    if (!module.startsWith("file:")) return module;
    const text = await Deno.readTextFile(new URL(module));
    if (isOurs(module)) return digest(text);
    const texts = new Map([[module, text]]);
    await gather(module, texts);
    // In the order of the imports, which the texts give: where the modules lie does not matter.
    return texts.size === 1 ? digest(text) : digest([...texts.values()]);
  }));
}

/** Adds the texts of the modules beside `module` that it imports, and theirs. */
async function gather(module: string, texts: Map<string, string>): Promise<void> {
  for (const [, path] of texts.get(module)!.matchAll(IMPORT)) {
    const url = new URL(path!, module);
    if (texts.has(url.href) || isOurs(url.href)) continue;
    // What only looks like an import, e.g. in a comment, is not there.
    const text = await Deno.readTextFile(url).catch(() => undefined);
    if (text === undefined) continue;
    texts.set(url.href, text);
    await gather(url.href, texts);
  }
}
