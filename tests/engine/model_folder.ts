/** Writes model folders for tests, from the formats' descriptions and without the reader's code. */
import { apart, type Llama, SIZE } from "./tiny_llama.ts";

/** A folder's files by name. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^token_embd\./, "model.embed_tokens."],
  [/^output_norm\./, "model.norm."],
  [/^output\./, "lm_head."],
  [/^blk\.(\d+)\.attn_norm/, "model.layers.$1.input_layernorm"],
  [/^blk\.(\d+)\.attn_output/, "model.layers.$1.self_attn.o_proj"],
  [/^blk\.(\d+)\.attn_([qkv])/, "model.layers.$1.self_attn.$2_proj"],
  [/^blk\.(\d+)\.ffn_norm/, "model.layers.$1.post_attention_layernorm"],
  [/^blk\.(\d+)\.ffn_(\w+)/, "model.layers.$1.mlp.$2_proj"],
];

/** One tensor of a safetensors file. */
export interface Stored {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** The upper halves of 32-bit floats. */
const upper = (bytes: Uint8Array) => bytes.filter((_, i) => i % 4 >= 2);

/** The model's tensors under Hugging Face's names, as F32 or, cut off, as BF16. */
export function tensorsOf(llama: Llama, dtype: "F32" | "BF16" = "F32"): readonly Stored[] {
  return [...apart(llama).values()].map(({ name: own, shape, data }) => {
    const [pattern, name] = NAMES.find(([matches]) => matches.test(own))!;
    const stored = dtype === "F32" ? data : upper(data);
    return { name: own.replace(pattern, name), dtype, shape, data: stored };
  });
}

/** The bytes of a safetensors file; `change` alters its head. */
export function safetensorsFile(
  tensors: readonly Stored[],
  change: (head: Record<string, unknown>) => unknown = (head) => head,
): Uint8Array<ArrayBuffer> {
  const head: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const { name, dtype, shape, data } of tensors) {
    head[name] = { dtype, shape, data_offsets: [offset, offset += data.length] };
  }
  return joined(textBytes(JSON.stringify(change(head))), tensors.map(({ data }) => data));
}

/** A safetensors file with any head. */
export function joined(head: Uint8Array, data: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(head.length), true);
  return Uint8Array.from([length, head, ...data].flatMap((bytes) => [...bytes]));
}

export const textBytes = (text: string) => new TextEncoder().encode(text);
export const jsonBytes = (value: unknown) => textBytes(JSON.stringify(value));

/** What config.json says of the tiny model. */
export const CONFIG = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: SIZE.width,
  intermediate_size: SIZE.ffn,
  num_hidden_layers: SIZE.layers,
  num_attention_heads: SIZE.heads,
  num_key_value_heads: SIZE.kvHeads,
  vocab_size: SIZE.vocabulary,
  max_position_embeddings: SIZE.context,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
};

const TOKENS = ["<s>", "</s>", ..."abcdefghijklmnopqrstuvwxyz0123456789", "Ġ", "Ċ"];

/** The tiny model's tokenizer.json, in the scheme of SmolLM's. */
export const TOKENIZER = {
  version: "1.0",
  added_tokens: [0, 1].map((id) => ({
    ...{ id, content: TOKENS[id], special: true },
    ...{ single_word: false, lstrip: false, rstrip: false, normalized: false },
  })),
  normalizer: null,
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: true },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    ],
  },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
    merges: [],
  },
};

/** A whole folder; `over` replaces or adds files, and takes away those that are undefined. */
export function folderOf(
  weights: Files | Uint8Array<ArrayBuffer>,
  over: Readonly<Record<string, unknown>> = {},
): Files {
  const files = new Map([
    ["config.json", jsonBytes(CONFIG)],
    ["tokenizer.json", jsonBytes(TOKENIZER)],
    ["tokenizer_config.json", jsonBytes({ bos_token: "<s>", eos_token: { content: "</s>" } })],
    ...(weights instanceof Uint8Array ? [["model.safetensors", weights] as const] : weights),
  ]);
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) files.delete(name);
    else files.set(name, value instanceof Uint8Array ? value as Uint8Array<ArrayBuffer> : jsonBytes(value));
  }
  return files;
}

/** The tensors in two shards, with their index. */
export function sharded(tensors: readonly Stored[]): Files {
  const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const cut = Math.floor(tensors.length / 2);
  const map = tensors.map(({ name }, i) => [name, names[i < cut ? 0 : 1]]);
  return new Map([
    ["model.safetensors.index.json", jsonBytes({ metadata: {}, weight_map: Object.fromEntries(map) })],
    [names[0], safetensorsFile(tensors.slice(0, cut))],
    [names[1], safetensorsFile(tensors.slice(cut))],
  ]);
}

/** Runs `use` on a folder of the files, which is gone afterwards. */
export async function withFolder(
  files: Files,
  use: (path: string) => unknown | Promise<unknown>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const path = `${root}/tiny`;
    await Deno.mkdir(path);
    for (const [name, bytes] of files) await Deno.writeFile(`${path}/${name}`, bytes);
    await use(path);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
