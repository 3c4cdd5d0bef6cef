/** The tokenizer of a model folder: tokenizer.json, tokenizer_config.json, chat_template.jinja, generation_config.json. */
import { UserError } from "../engine.ts";
import { type Fields, fields, fieldsOf, textOf } from "./json.ts";
import { corrected } from "./pre_tokenizer.ts";
import type { AddedToken, TokenizerFiles } from "./weights.ts";

/** @throws {UserError} when a file is missing, or names a token that the tokenizer lacks. */
export function folderTokenizer(path: string, config: Fields): TokenizerFiles {
  const file = `${path}/tokenizer.json`;
  const tokenizer = fieldsOf(file);
  if (!tokenizer) {
    throw new UserError(`Cannot read the tokenizer of ${path} as it must hold tokenizer.json: it does not.`);
  }
  const added = Array.isArray(tokenizer.added_tokens) ? tokenizer.added_tokens : [];
  if (!added.every(isAdded)) {
    throw new UserError(
      `Cannot read the tokenizer ${file} as each of its added_tokens must have an id and a content: one has not.`,
    );
  }
  const own = fieldsOf(`${path}/tokenizer_config.json`) ?? {};
  const { type, vocab } = fields(tokenizer.model);
  if (type !== "BPE") {
    throw new UserError(
      `Cannot read the tokenizer ${file} as it must merge byte pairs (BPE): found ${type}.`,
    );
  }
  const vocabulary = fields(vocab);
  const idOf = (text: string): number | undefined => {
    const id = added.find(({ content }) => content === text)?.id ??
      (Object.hasOwn(vocabulary, text) ? vocabulary[text] : undefined);
    return typeof id === "number" ? id : undefined;
  };
  const special = Object.fromEntries(
    Object.entries(own).flatMap(([key, value]) => {
      const text = typeof value === "string" ? value : fields(value).content;
      return key.endsWith("_token") && typeof text === "string" ? [[key, text]] : [];
    }),
  );
  const generation = fieldsOf(`${path}/generation_config.json`) ?? {};
  const named = (key: string) => (special[key] === undefined ? [] : [idOf(special[key])]);
  const listed = (key: string) => [generation[key], config[key]].flat();
  const ids = (all: readonly unknown[]) => [...new Set(all.filter((id) => typeof id === "number"))];
  const ends = ids([...named("eos_token"), ...listed("eos_token_id")]);
  const [end] = ends;
  if (end === undefined) {
    throw new UserError(
      `Cannot read the tokenizer of ${path} as one of its files must name the token that ends an answer: none does.`,
    );
  }
  return {
    tokenizer: {
      ...tokenizer,
      added_tokens: added,
      pre_tokenizer: corrected((tokenizer.pre_tokenizer ?? null) as Parameters<typeof corrected>[0], file),
    },
    bos: ids([...named("bos_token"), ...listed("bos_token_id")])[0] ?? end,
    ends: [end, ...ends.slice(1)],
    chatTemplate: textOf(`${path}/chat_template.jinja`) ?? template(own.chat_template) ?? null,
    special,
  };
}

function isAdded(token: unknown): token is AddedToken {
  const { id, content } = fields(token);
  return Number.isSafeInteger(id) && typeof content === "string" && content !== "";
}

/** A template, or the one named "default" of a list. */
function template(said: unknown): string | undefined {
  if (typeof said === "string") return said;
  const chosen = Array.isArray(said)
    ? fields(said.find((one) => fields(one).name === "default")).template
    : undefined;
  return typeof chosen === "string" ? chosen : undefined;
}
