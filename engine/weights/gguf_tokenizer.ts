/**
 * The tokenizer that a GGUF file carries (byte-pair merges, control tokens, chat template), in the form of a
 * tokenizer.json.
 */
import { UserError } from "../engine.ts";
import type { Gguf } from "./gguf.ts";
import { BYTE_LEVEL, cut, GPT2_WORDS } from "./pre_tokenizer.ts";
import type { TokenizerFiles } from "./weights.ts";

/** GGUF's token types (ggml's llama_token_type). */
const CONTROL = 3;
const USER_DEFINED = 4;

/** How text is cut before merging, by GGUF's name of the scheme. */
const PRE_TOKENIZERS: Readonly<Record<string, readonly unknown[]>> = {
  smollm: [cut(String.raw`\p{N}`), cut(GPT2_WORDS), BYTE_LEVEL],
  qwen2: [
    cut(
      String.raw`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])` +
        String.raw`|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*` +
        String.raw`|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+`,
    ),
    BYTE_LEVEL,
  ],
};

/** @throws {UserError} when the file lacks a part of its tokenizer, or its scheme is not known. */
export function ggufTokenizer({ metadata, path }: Pick<Gguf, "metadata" | "path">): TokenizerFiles {
  const field = (name: string): unknown => {
    const value = metadata.get(`tokenizer.${name}`);
    if (value !== undefined) return value;
    throw new UserError(
      `Cannot read the tokenizer of ${path} as it must say tokenizer.${name}: it does not.`,
    );
  };
  const list = <T extends "string" | "number">(name: string, of: T) => {
    const value = field(name);
    if (Array.isArray(value) && value.every((one) => typeof one === of)) {
      return value as readonly (T extends "string" ? string : number)[];
    }
    throw new UserError(
      `Cannot read the tokenizer of ${path} as tokenizer.${name} must be a list of ${of}s: it is not.`,
    );
  };
  const id = (name: string): number => {
    const value = field(name);
    if (typeof value === "number" && tokens[value] !== undefined) return value;
    throw new UserError(
      `Cannot read the tokenizer of ${path} as tokenizer.${name} must be one of its ${tokens.length} ids: found ${value}.`,
    );
  };
  const pre = `${field("ggml.pre")}`;
  const pretokenizers = Object.hasOwn(PRE_TOKENIZERS, pre) ? PRE_TOKENIZERS[pre] : undefined;
  if (!pretokenizers) {
    throw new UserError(
      `Cannot read the tokenizer of ${path} as its scheme must be ${
        Object.keys(PRE_TOKENIZERS)
      }: found ${pre}.`,
    );
  }
  const tokens = list("ggml.tokens", "string");
  const types = list("ggml.token_type", "number");
  const added = tokens.flatMap((content, id) =>
    types[id] === CONTROL || types[id] === USER_DEFINED
      ? [{
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: types[id] === CONTROL,
      }]
      : []
  );
  const [bos, eos] = [id("ggml.bos_token_id"), id("ggml.eos_token_id")];
  return {
    tokenizer: {
      version: "1.0",
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: { type: "Sequence", pretokenizers },
      post_processor: null,
      decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: {
        type: "BPE",
        unk_token: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges: list("ggml.merges", "string").map((merge) => merge.split(" ")),
      },
    },
    bos,
    ends: [eos],
    chatTemplate: (metadata.get("tokenizer.chat_template") ?? null) as string | null,
    special: { bos_token: tokens[bos]!, eos_token: tokens[eos]! },
  };
}
