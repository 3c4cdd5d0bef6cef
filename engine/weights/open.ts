/** Opens a model's weights: a folder in Hugging Face's form, or a GGUF file. */
import { openFolder } from "./folder.ts";
import { openGguf } from "./gguf.ts";
import type { Weights } from "./weights.ts";

/** @throws {UserError} when there is no such model, or its files are not whole. */
export function openWeights(path: string): Weights {
  return isFolder(path) ? openFolder(path) : openGguf(path);
}

/** Whether there is such a folder. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
