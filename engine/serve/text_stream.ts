/**
 * From tokens to text as they come. A character may take several tokens, so text is told once it is whole (the offsets
 * of text-generation-inference and vLLM); a stop may span several too, so what may begin one is held back.
 */
import type { Tokenizer } from "../tokenizer.ts";

/** Tokens of the prompt that the answer's first token is decoded beside, where decoders strip a leading space. */
const BEFORE = 6;

export class TextStream {
  readonly #ids: number[];
  #from = 0;
  #read: number;
  #held = "";

  constructor(
    private readonly tokenizer: Pick<Tokenizer, "decode">,
    private readonly stop: readonly string[],
    prompt: readonly number[],
  ) {
    this.#ids = prompt.slice(-BEFORE);
    this.#read = this.#ids.length;
  }

  /** The text that is known after another token, and whether a stop ended it. */
  push(token: number): { readonly text: string; readonly stopped: boolean } {
    this.#ids.push(token);
    return this.#cut(this.#decoded(false));
  }

  /** What is left at the end. */
  end(): { readonly text: string; readonly stopped: boolean } {
    const { text, stopped } = this.#cut(this.#decoded(true));
    return stopped ? { text, stopped } : { text: text + this.#held, stopped };
  }

  #decoded(last: boolean): string {
    const before = this.tokenizer.decode(this.#ids.slice(this.#from, this.#read));
    const whole = this.tokenizer.decode(this.#ids.slice(this.#from));
    if (whole.length <= before.length || (!last && whole.endsWith("\ufffd"))) return "";
    this.#from = this.#read;
    this.#read = this.#ids.length;
    return whole.slice(before.length);
  }

  #cut(more: string): { readonly text: string; readonly stopped: boolean } {
    const text = this.#held + more;
    const at = this.stop.map((one) => text.indexOf(one)).filter((at) => at >= 0);
    if (at.length > 0) return { text: text.slice(0, Math.min(...at)), stopped: true };
    const held = Math.max(0, ...this.stop.map((one) => overlap(text, one)));
    this.#held = text.slice(text.length - held);
    return { text: text.slice(0, text.length - held), stopped: false };
  }
}

/** Characters at the end of a text that a stop may begin with. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
