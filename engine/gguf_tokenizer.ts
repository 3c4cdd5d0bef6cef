/**
 * The tokenizer that a GGUF file carries: byte-pair merges, control tokens and chat template, handed to the
 * tokenizers and template packages in the form of a tokenizer.json.
 */
import { Template } from "@huggingface/jinja";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { UserError } from "./engine.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { Weights } from "./weights/mod.ts";

/** GGUF's token types (ggml's llama_token_type). */
const CONTROL = 3;
const USER_DEFINED = 4;

const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
const cut = (Regex: string) => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });

/**
 * How text is cut before merging, by GGUF's name of the scheme. The tokenizers package's own Digits and ByteLevel read
 * \d and \s as JavaScript does (ASCII digits; U+FEFF is white space, U+0085 is not), so both are spelt out.
 */
const PRE_TOKENIZERS: Readonly<Record<string, readonly unknown[]>> = {
  smollm: [
    cut(String.raw`\p{N}`),
    cut(
      String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+` +
        String.raw`|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+`,
    ),
    BYTE_LEVEL,
  ],
  qwen2: [
    cut(
      String.raw`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])` +
        String.raw`|[^
\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[
]*` +
        String.raw`|\p{White_Space}*[
]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+`,
    ),
    BYTE_LEVEL,
  ],
};

/** The file's tokenizer as the objects that a model folder holds in tokenizer.json and tokenizer_config.json. */
export function tokenizerFiles(weights: Weights) {
  const { metadata, path } = weights;
  const field = <T>(name: string): T => {
    const value = metadata.get(`tokenizer.${name}`);
    if (value === undefined) {
      throw new UserError(
        `Cannot read the tokenizer of ${path} as it must say tokenizer.${name}: it does not.`,
      );
    }
    return value as T;
  };
  const pre = field<string>("ggml.pre");
  const pretokenizers = PRE_TOKENIZERS[pre];
  if (!pretokenizers) {
    throw new UserError(
      `Cannot read the tokenizer of ${path} as its scheme must be ${
        Object.keys(PRE_TOKENIZERS)
      }: found ${pre}.`,
    );
  }
  const tokens = field<string[]>("ggml.tokens");
  const types = field<number[]>("ggml.token_type");
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
        merges: field<string[]>("ggml.merges").map((merge) => merge.split(" ")),
      },
    },
    config: {
      tokenizer_class: "GPT2Tokenizer",
      clean_up_tokenization_spaces: false,
      bos_token: tokens[field<number>("ggml.bos_token_id")]!,
      eos_token: tokens[field<number>("ggml.eos_token_id")]!,
      chat_template: (metadata.get("tokenizer.chat_template") ?? null) as string | null,
    },
  };
}

/** The file's tokenizer. @throws {UserError} when the file lacks a part of it or its scheme is not known. */
export function ggufTokenizer(weights: Weights): Tokenizer {
  const { tokenizer, config } = tokenizerFiles(weights);
  const { bos_token, eos_token, chat_template } = config;
  const whole = new HuggingFaceTokenizer(tokenizer, config);
  // Without its control tokens a tokenizer reads "<|im_end|>" as the characters that it is.
  const blind = new HuggingFaceTokenizer(
    { ...tokenizer, added_tokens: tokenizer.added_tokens.filter(({ special }) => !special) },
    config,
  );
  const template = chat_template ? new Template(chat_template) : undefined;
  const encode: Tokenizer["encode"] = (text, { special = false } = {}) =>
    text === "" ? [] : (special ? whole : blind).encode(text, { add_special_tokens: false }).ids;
  return {
    vocabulary: weights.shape("token_embd.weight")[0]!,
    bos: whole.token_to_id(bos_token)!,
    eos: whole.token_to_id(eos_token)!,
    encode,
    decode: (ids) => whole.decode([...ids], { skip_special_tokens: false }),
    chat(messages) {
      if (!template) {
        throw new UserError(
          `Cannot put a chat to ${weights.path} as it must hold a chat template: it does not.`,
        );
      }
      const context = {
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
        bos_token,
        eos_token,
      };
      return encode(template.render(context), { special: true });
    },
  };
}
