/** The code of a technique: one whose file was edited is another technique, and what was recorded of it is another's. */
import { digest, modelsOf, moduleTexts, type Stack } from "../engine/mod.ts";

const ROOT = new URL("../", import.meta.url).href;
/** Our own code is told by the commit; a user's files may lie in the same checkout, beside the rooms. */
const isOurs = (module: string) =>
  module.startsWith(ROOT) &&
  /^(?:(?:engine|datasets|techniques|evals|results)\/|mod\.[jt]s$)/.test(module.slice(ROOT.length));

/** A digest for each module that a stack's slots load: of its text, and of a user's own modules that it imports. */
export async function codeOf(stack: Stack): Promise<readonly string[]> {
  const { cache, decoder, scheduler } = stack;
  const modules = [cache, decoder, scheduler].map(({ module }) => module);
  modules.push(...modelsOf(stack).flatMap(({ maker }) => maker ?? []));
  return await Promise.all(modules.map(async (module) => {
    if (!module.startsWith("file:")) return module;
    if (isOurs(module)) return digest(await Deno.readTextFile(new URL(module)));
    // In the order of the imports, which the texts give: where the modules lie does not matter.
    const texts = [...(await moduleTexts(module, isOurs)).values()];
    return texts.length === 1 ? digest(texts[0]) : digest(texts);
  }));
}
