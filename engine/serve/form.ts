/** Answers in OpenAI's two forms, whole and in parts, with vLLM's token_ids and prompt_token_ids beside them. */
import type { Tokenizer } from "../tokenizer.ts";
import type { Asked } from "./asked.ts";
import type { Line, Piece } from "./choice.ts";

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** What every part of one answer begins with. */
export interface Head {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export type Json = Readonly<Record<string, unknown>>;

export class Form {
  constructor(
    private readonly asked: Pick<Asked, "form" | "prompts" | "n" | "tell">,
    private readonly head: Head,
    private readonly tokenizer: Tokenizer,
  ) {}

  /** The whole answer; `pieces` has one for each choice. */
  whole(pieces: readonly Piece[], usage: Usage): Json {
    const choices = pieces.map((piece, index) => ({
      ...this.#choice(piece, index, "message"),
      ...this.#ids(index),
    }));
    return { ...this.#head(""), choices, usage, ...this.#chatIds() };
  }

  /** One event of a stream; `first`: of its choice, `opening`: of all. */
  part(
    piece: Piece,
    index: number,
    { first, opening }: { readonly first: boolean; readonly opening: boolean },
  ): Json {
    const choice = { ...this.#choice(piece, index, "delta", first), ...(first ? this.#ids(index) : {}) };
    return {
      ...this.#head(".chunk"),
      choices: [choice],
      ...(this.asked.tell.usage ? { usage: null } : {}),
      ...(opening ? this.#chatIds() : {}),
    };
  }

  /** The last event of a stream that tells its usage. */
  usage(usage: Usage): Json {
    return { ...this.#head(".chunk"), choices: [], usage };
  }

  #head(part: string): Json {
    const { id, created, model } = this.head;
    const chat = this.asked.form === "chat";
    return {
      id: `${chat ? "chatcmpl" : "cmpl"}-${id}`,
      object: chat ? `chat.completion${part}` : "text_completion",
      created,
      model,
    };
  }

  #choice(
    { text, tokens, lines, finish }: Piece,
    index: number,
    key: "message" | "delta",
    first = true,
  ): Json {
    const { form, tell: { logprobs, tokenIds } } = this.asked;
    const chat = form === "chat";
    const role = first ? { role: "assistant" } : {};
    return {
      index,
      ...(chat
        ? { [key]: { ...role, content: text, ...(key === "message" ? { refusal: null } : {}) } }
        : { text }),
      logprobs: logprobs === undefined ? null : chat ? this.#chatLines(lines) : this.#lines(lines, logprobs),
      finish_reason: finish ?? null,
      ...(tokenIds ? { token_ids: tokens } : {}),
    };
  }

  /** A completion tells a prompt's ids with each of its choices. */
  #ids(index: number): Json {
    const { form, prompts, n, tell: { tokenIds } } = this.asked;
    if (!tokenIds || form === "chat") return {};
    return { prompt_token_ids: prompts[Math.floor(index / n)]!.ids };
  }

  #chatIds(): Json {
    const { form, prompts, tell: { tokenIds } } = this.asked;
    return tokenIds && form === "chat" ? { prompt_token_ids: prompts[0]!.ids } : {};
  }

  #lines(lines: readonly Line[], count: number): Json {
    return {
      tokens: lines.map(({ text }) => text),
      token_logprobs: lines.map(({ likely }) => likely?.logProb ?? null),
      top_logprobs: count === 0 ? null : lines.map((line) => this.#top(line)),
      text_offset: lines.map(({ offset }) => offset),
    };
  }

  /** The likeliest tokens and the one that stands there, by text; of those with one text the likeliest. */
  #top({ text, likely }: Line): Json | null {
    if (likely === undefined) return null;
    const top: Record<string, number> = {};
    for (const { token, logProb } of likely.likeliest) top[this.tokenizer.decode([token])] ??= logProb;
    top[text] ??= likely.logProb;
    return top;
  }

  #chatLines(lines: readonly Line[]): Json {
    const told = (token: string, logprob: number) => {
      // A token may be a part of a character, whose bytes are not told.
      const bytes = token.includes("\ufffd") ? null : [...new TextEncoder().encode(token)];
      return { token, logprob, bytes };
    };
    return {
      content: lines.map(({ text, likely }) => ({
        ...told(text, likely!.logProb),
        top_logprobs: likely!.likeliest.map(({ token, logProb }) =>
          told(this.tokenizer.decode([token]), logProb)
        ),
      })),
      refusal: null,
    };
  }
}
