/** One answer as it comes: its text, cut at a stop, its tokens, and how likely each was. */
import type { Emission, TokenScores } from "../engine.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { ApiError } from "./api_error.ts";
import type { Asked, Prompted } from "./asked.ts";
import { TextStream } from "./text_stream.ts";

/** One token, and what is told of it. */
export interface Line {
  readonly token: number;
  readonly text: string;
  /** Characters before it. */
  readonly offset: number;
  /** Absent for the first token of a prompt, which nothing predicts. */
  readonly likely?: { readonly logProb: number; readonly likeliest: Readonly<Likeliest> };
}

type Likeliest = NonNullable<TokenScores["likeliest"]>[number];

/** A part of an answer. */
export interface Piece {
  readonly text: string;
  readonly tokens: readonly number[];
  /** Empty where no log-probabilities were asked for. */
  readonly lines: readonly Line[];
  readonly finish?: "stop" | "length";
}

export class Choice {
  readonly #text: TextStream;
  readonly #promptLines: Line[] = [];
  #before: string;
  #offset = 0;
  /** Tokens that were generated, up to the one that ended the answer. */
  count = 0;

  constructor(
    private readonly asked: Pick<Asked, "stop" | "ends" | "tell">,
    private readonly prompt: Pick<Prompted, "ids" | "text">,
    private readonly tokenizer: Tokenizer,
  ) {
    this.#text = new TextStream(tokenizer, asked.stop, prompt.ids);
    this.#before = asked.tell.echo ? prompt.text : "";
    if (this.#echoes) this.#promptLines.push(this.#line(prompt.ids[0]!));
  }

  /** What an emission adds; undefined where it tells nothing that can be passed on yet. @throws {ApiError} where the engine gave up. */
  take({ tokens, finish, scored, prompted }: Emission): Piece | undefined {
    if (finish === "error") throw new ApiError(500, "Cannot answer as the engine must not fail: it did");
    if (this.#echoes && prompted) {
      const { ids } = this.prompt;
      const from = this.#promptLines.length;
      prompted.logProbs.forEach((_, i) => this.#promptLines.push(this.#line(ids[from + i]!, prompted, i)));
    }
    if (tokens.length === 0 && finish === undefined) return undefined;
    const lines = this.#promptLines.splice(0);
    let text = this.#before;
    this.#before = "";
    let [taken, stopped] = [0, false];
    for (const token of tokens) {
      if (this.asked.tell.logprobs !== undefined) lines.push(this.#line(token, scored, taken));
      taken++;
      // The id that ends an answer is no text of it.
      if (finish === "stop" && taken === tokens.length) break;
      const more = this.#text.push(token);
      text += more.text;
      stopped = more.stopped;
      if (stopped) break;
    }
    this.count += taken;
    if (finish !== undefined && !stopped) {
      const rest = this.#text.end();
      text += rest.text;
      stopped = rest.stopped;
    }
    const ended = stopped ? "stop" : finish;
    return { text, tokens: tokens.slice(0, taken), lines, ...(ended === undefined ? {} : { finish: ended }) };
  }

  get #echoes(): boolean {
    const { echo, logprobs } = this.asked.tell;
    return echo && logprobs !== undefined;
  }

  #line(token: number, scores?: TokenScores, i = 0): Line {
    const text = this.tokenizer.decode([token]);
    const offset = this.#offset;
    this.#offset += text.length;
    if (scores === undefined) return { token, text, offset };
    const likeliest = (scores.likeliest?.[i] ?? []).slice(0, this.asked.tell.logprobs ?? 0);
    return { token, text, offset, likely: { logProb: scores.logProbs[i]!, likeliest } };
  }
}
