/** The tiny model's recipe and its tokenizer: a token a character. */
import type { Message, Model, Tokenizer } from "../../../engine/mod.ts";
import { BOS, EOS, SIZE } from "./tiny_weights.ts";

/** What ids 3 to 62 stand for; the end of an answer is a line's end. */
const LETTERS = " abcdefghijklmnopqrstuvwxyz0123456789.,:;!?()-+=ABCDEFGHIJKLM";
const FIRST = 3;
const ids = new Map([["\n", EOS], ...Array.from(LETTERS, (letter, i) => [letter, FIRST + i] as const)]);

/** The ids that text is made of. */
export const SPOKEN: readonly number[] = [...ids.values()];

export const tinyTokenizer: Tokenizer = {
  vocabulary: SIZE.vocabulary,
  bos: BOS,
  eos: EOS,
  encode: (text) =>
    Array.from(text, (char) => ids.get(char) ?? FIRST + char.codePointAt(0)! % LETTERS.length),
  decode: (tokens) => tokens.map((id) => (id === EOS ? "\n" : LETTERS[id - FIRST] ?? "\ufffd")).join(""),
  chat: (messages: readonly Message[]) => [
    BOS,
    ...tinyTokenizer.encode(messages.map(({ content }) => content).join(" ")),
  ],
};

export const tinyModel: Model = {
  name: "tiny",
  params: { weights: "1".repeat(64), stored: "none", body: { bits: 32 }, head: { bits: 32 } },
  file: "",
};

/** The same recipe with its weights said to be held in fewer bits: what that does to them is up to the engine. */
export function tinyModelOf(bits: 4 | 8): Model {
  const precision = { bits, block: 16, symmetric: false } as const;
  return { ...tinyModel, params: { ...tinyModel.params, body: precision, head: precision } };
}
