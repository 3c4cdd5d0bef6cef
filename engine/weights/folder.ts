/**
 * A model as Hugging Face's libraries save it: a folder of config.json, tokenizer.json and safetensors, in one file or
 * in shards that an index names. Its tensors are given GGUF's names.
 */
import { UserError } from "../engine.ts";
import type { ModelConfig } from "./config.ts";
import { folderConfig } from "./folder_config.ts";
import { folderTokenizer } from "./folder_tokenizer.ts";
import { fields, fieldsOf } from "./json.ts";
import { safetensors } from "./safetensors.ts";
import { type TensorEntry, Tensors } from "./tensors.ts";
import type { TokenizerFiles, Weights } from "./weights.ts";

export const SINGLE = "model.safetensors";
export const INDEX = "model.safetensors.index.json";

/** What a folder may hold beside its weights that makes it the model that it is. */
export const BESIDE = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
] as const;

/** GGUF's name by Hugging Face's, of tensors outside the layers and of parts of a layer. */
const OUTSIDE: Readonly<Record<string, string>> = {
  "model.embed_tokens.weight": "token_embd.weight",
  "model.norm.weight": "output_norm.weight",
  "lm_head.weight": "output.weight",
};
const PARTS: Readonly<Record<string, string>> = {
  "self_attn.q_proj": "attn_q",
  "self_attn.k_proj": "attn_k",
  "self_attn.v_proj": "attn_v",
  "self_attn.o_proj": "attn_output",
  "input_layernorm": "attn_norm",
  "post_attention_layernorm": "ffn_norm",
  "mlp.gate_proj": "ffn_gate",
  "mlp.up_proj": "ffn_up",
  "mlp.down_proj": "ffn_down",
};

/** @throws {UserError} when the folder holds no such model, or not all of it. */
export function openFolder(path: string): Folder {
  const config = fieldsOf(`${path}/config.json`);
  if (!config) {
    throw new UserError(
      `Cannot open ${path} as it must hold a config.json beside its safetensors: it does not.`,
    );
  }
  const files: Deno.FsFile[] = [];
  try {
    const table = new Map<string, TensorEntry>();
    for (const entry of tensorsOf(path, files)) {
      const name = ggufName(entry.called, config);
      if (name === undefined) continue;
      if (table.has(name)) {
        throw new UserError(`Cannot read ${path} as each tensor must be there once: ${entry.called} is not.`);
      }
      table.set(name, entry);
    }
    return new Folder(path, table, files, config);
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
}

/** A model folder that is open. */
export class Folder extends Tensors implements Weights {
  constructor(
    path: string,
    table: ReadonlyMap<string, TensorEntry>,
    files: readonly Deno.FsFile[],
    private readonly config: Readonly<Record<string, unknown>>,
  ) {
    super(path, table, files);
  }

  dimensions(): ModelConfig {
    return folderConfig(this.path, this.config);
  }

  protected override wanted(name: string): string {
    return hfName(name);
  }

  tokenizerFiles(): TokenizerFiles {
    return folderTokenizer(this.path, this.config);
  }
}

/** The files that make the folder's model, by name. @throws {UserError} when it names others than its own. */
export function filesOf(path: string): readonly string[] {
  const there = new Set([...Deno.readDirSync(path)].map(({ name }) => name));
  const weights = there.has(SINGLE) ? [SINGLE] : there.has(INDEX) ? [INDEX, ...shards(path)] : [];
  return [...BESIDE.filter((name) => there.has(name)), ...weights].sort();
}

/** The files that an index names. @throws {UserError} when one is not a file of the folder itself. */
export function shards(path: string): readonly string[] {
  const map = fields(fieldsOf(`${path}/${INDEX}`)?.weight_map);
  const names = [...new Set(Object.values(map))];
  const odd = names.find((name) => typeof name !== "string" || !/^[^/\\:]+\.safetensors$/.test(name));
  if (odd !== undefined || names.length === 0) {
    throw new UserError(
      `Cannot read ${path}/${INDEX} as it must name safetensors files of its own folder: found ${
        JSON.stringify(odd ?? null).slice(0, 100)
      }.`,
    );
  }
  return (names as string[]).sort();
}

function* tensorsOf(path: string, files: Deno.FsFile[]): Iterable<TensorEntry> {
  const open = (name: string): readonly TensorEntry[] | undefined => {
    try {
      if (!Deno.statSync(`${path}/${name}`).isFile) throw new TypeError("not a file");
      files.push(Deno.openSync(`${path}/${name}`));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw new UserError(`Cannot read ${path}/${name} as it must be a file that can be read: it is not.`);
    }
    return safetensors(`${path}/${name}`, files.at(-1)!);
  };
  const single = open(SINGLE);
  if (single) return yield* single;
  const index = fieldsOf(`${path}/${INDEX}`);
  if (!index) {
    throw new UserError(
      `Cannot open ${path} as it must hold ${SINGLE}, or ${INDEX} with its shards: it holds neither. ` +
        "Another file is given by its own name: --model FILE.gguf.",
    );
  }
  const unseen = new Map(Object.entries(fields(index.weight_map)));
  for (const name of shards(path)) {
    const entries = open(name);
    if (!entries) throw new UserError(`Cannot open ${path} as it must hold the shard ${name}: it does not.`);
    for (const entry of entries) {
      if (unseen.get(entry.called) === name) unseen.delete(entry.called);
      yield entry;
    }
  }
  for (const [tensor, name] of unseen) {
    throw new UserError(`Cannot open ${path} as ${name} must hold the tensor ${tensor}: it does not.`);
  }
}

/** GGUF's name of a tensor, its own where there is none; undefined for what the model does not use. */
function ggufName(name: string, config: Readonly<Record<string, unknown>>): string | undefined {
  // With tied embeddings a head that is stored all the same is the table again.
  if (name === "lm_head.weight" && config.tie_word_embeddings === true) return undefined;
  // Old checkpoints hold the rotary frequencies, which are worked out.
  if (/^model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq$/.test(name)) return undefined;
  if (Object.hasOwn(OUTSIDE, name)) return OUTSIDE[name];
  const [, layer, part = "", kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  return Object.hasOwn(PARTS, part) ? `blk.${layer}.${PARTS[part]}.${kind}` : name;
}

/** Hugging Face's name of a tensor that GGUF names. */
function hfName(name: string): string {
  const of = (names: Readonly<Record<string, string>>, own: string) =>
    Object.entries(names).find(([, gguf]) => gguf === own)?.[0];
  const [, layer, part = "", kind] = /^blk\.(\d+)\.(\w+)\.(\w+)$/.exec(name) ?? [];
  const inLayer = of(PARTS, part);
  return of(OUTSIDE, name) ?? (inLayer ? `model.layers.${layer}.${inLayer}.${kind}` : name);
}
