/** Opens a model's weights: a folder in Hugging Face's form, or a GGUF file. */
import { openFolder } from "./folder.ts";
import { openGguf } from "./gguf.ts";
import { someLayers } from "./some_layers.ts";
import type { Weights } from "./weights.ts";

/** All of a model's layers, or some. @throws {UserError} when there is no such model, or its files are not whole; as `someLayers`. */
export function openWeights(path: string, layers?: readonly number[]): Weights {
  return someLayers(isFolder(path) ? openFolder(path) : openGguf(path), layers);
}

/** Whether there is such a folder. */
export function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
