/** The tokenizer of a model's own files, on the tokenizers and template packages. */
import { Template } from "@huggingface/jinja";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { byteLevel } from "./byte_level.ts";
import { UserError } from "./engine.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { Weights } from "./weights/mod.ts";

/** @throws {UserError} when the files hold no tokenizer that is known. */
export function fileTokenizer(weights: Weights): Tokenizer {
  const { tokenizer, bos, ends, chatTemplate, special: texts } = weights.tokenizerFiles();
  const { path } = weights;
  const make = (added: typeof tokenizer.added_tokens) => {
    try {
      return new HuggingFaceTokenizer({ ...tokenizer, added_tokens: added }, {
        clean_up_tokenization_spaces: false,
      });
    } catch (error) {
      throw new UserError(
        `Cannot read the tokenizer of ${path} as it must be one that is known: ${(error as Error).message}.`,
      );
    }
  };
  const whole = make(tokenizer.added_tokens);
  // Made when it is first needed, for it is large. Without its control tokens a tokenizer reads "<|im_end|>" as the characters that it is.
  let blind: HuggingFaceTokenizer | undefined;
  const reader = (special: boolean) =>
    special ? whole : blind ??= make(tokenizer.added_tokens.filter((token) => !token.special));
  const decode = byteLevel(tokenizer) ??
    ((ids: readonly number[]) => whole.decode([...ids], { skip_special_tokens: false }));
  const template = chatTemplate === null ? undefined : templateOf(chatTemplate, path);
  const vocabulary = weights.shape("token_embd.weight")[0]!;
  /** The ids, each of which has its row of the embedding table. */
  const embedded = (ids: number[]): number[] => {
    const beyond = ids.find((id) => !(id >= 0 && id < vocabulary));
    if (beyond === undefined) return ids;
    throw new UserError(
      `Cannot use the tokenizer of ${path} as its ids must be below the model's vocabulary of ${vocabulary}: found ${beyond}.`,
    );
  };
  embedded([bos]);
  const encode: Tokenizer["encode"] = (text, { special = false } = {}) =>
    text === "" ? [] : embedded(reader(special).encode(text, { add_special_tokens: false }).ids);
  return {
    vocabulary,
    bos,
    eos: ends[0],
    ends,
    encode,
    decode: (ids) => (ids.length === 0 ? "" : decode(ids)),
    chat(messages) {
      if (!template) {
        throw new UserError(`Cannot put a chat to ${path} as it must hold a chat template: it does not.`);
      }
      const context = {
        ...texts,
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: true,
      };
      return encode(rendered(template, context, path), { special: true });
    },
  };
}

function templateOf(text: string, path: string): Template {
  try {
    return new Template(text);
  } catch (error) {
    throw new UserError(
      `Cannot read the chat template of ${path} as it must be a Jinja template: ${(error as Error).message}.`,
    );
  }
}

function rendered(template: Template, context: Record<string, unknown>, path: string): string {
  try {
    return template.render(context);
  } catch (error) {
    throw new UserError(
      `Cannot put a chat to ${path} as its chat template must take it: ${(error as Error).message}.`,
    );
  }
}
