/** Text to ids and back, with the chat template, all read from the model's own file. */
export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface Tokenizer {
  readonly vocabulary: number;
  readonly eos: number;
  /** Every id that ends an answer, where the model's files name more than `eos`. */
  readonly ends?: readonly number[];
  readonly bos: number;
  /** Ids of the text; control tokens written in the text are parsed only when `special` is true. */
  encode(text: string, options?: { readonly special?: boolean }): number[];
  decode(ids: readonly number[]): string;
  /** The model's chat template applied, ending where the assistant's answer begins. */
  chat(messages: readonly Message[]): number[];
}

/** The ids that end an answer. */
export const endsOf = ({ eos, ends = [eos] }: Tokenizer): readonly number[] => ends;
