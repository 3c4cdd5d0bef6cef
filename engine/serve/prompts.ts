/** What is answered: the prompts of a completion, as texts or ids, and the messages of a chat. */
import { UserError } from "../engine.ts";
import type { Message, Tokenizer } from "../tokenizer.ts";
import { ApiError } from "./api_error.ts";
import { isObject, wrong } from "./fields.ts";

export interface Tokens {
  readonly ids: readonly number[];
  readonly text: string;
}

/** The prompts of a completion. @throws {ApiError} unless each is a text or a list of the model's ids, and not empty. */
export function promptsOf(
  value: unknown,
  { tokenizer, context }: { readonly tokenizer: Tokenizer; readonly context: number },
): readonly Tokens[] {
  const must = "a text, a list of token ids, or a list of either, each of at least one token";
  const idsOf = (ids: readonly unknown[]): Tokens => {
    const odd = ids.find((id) =>
      !(Number.isInteger(id) && id as number >= 0 && id as number < tokenizer.vocabulary)
    );
    if (odd !== undefined) wrong("prompt", `ids from 0 to ${tokenizer.vocabulary - 1}`, odd);
    // Nothing beyond the context is worth decoding: it is refused for its length.
    return { ids: ids as number[], text: ids.length > context ? "" : tokenizer.decode(ids as number[]) };
  };
  const textOf = (text: string): Tokens => ({ ids: tokenizer.encode(text, { special: true }), text });
  const isIds = (one: unknown): one is readonly unknown[] => Array.isArray(one) && typeof one[0] === "number";
  const one = (one: unknown): Tokens =>
    typeof one === "string" ? textOf(one) : isIds(one) ? idsOf(one) : wrong("prompt", must, one);
  const all: readonly unknown[] = Array.isArray(value) && !isIds(value) ? value : [value];
  const prompts = all.map(one);
  if (prompts.length === 0 || prompts.some(({ ids }) => ids.length === 0)) wrong("prompt", must, value);
  return prompts;
}

const ROLES: Readonly<Record<string, Message["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
};

function messagesOf(value: unknown): readonly Message[] {
  if (!Array.isArray(value) || value.length === 0) wrong("messages", "a list of at least one message", value);
  return value.map((message, i) => {
    const name = `messages[${i}]`;
    if (!isObject(message)) wrong(name, "an object with role and content", message);
    const role = Object.hasOwn(ROLES, String(message.role)) ? ROLES[String(message.role)] : undefined;
    if (role === undefined) wrong(`${name}.role`, `one of ${Object.keys(ROLES).join(", ")}`, message.role);
    return { role, content: contentOf(message.content, `${name}.content`) };
  });
}

function contentOf(content: unknown, name: string): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return wrong(name, "a text or a list of parts of text", content);
  return content.map((part) => {
    if (isObject(part) && part.type === "text" && typeof part.text === "string") return part.text;
    return wrong(name, "of parts of type text", isObject(part) ? part.type : part);
  }).join("");
}

/** The ids of a chat. @throws {ApiError} unless its messages are such as the model's chat template takes. */
export function chatOf(value: unknown, { chat }: Tokenizer): readonly number[] {
  const messages = messagesOf(value);
  try {
    return chat(messages);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new ApiError(400, error.message, { param: "messages" });
  }
}
