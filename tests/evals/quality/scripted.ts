/** A session that gives log-probabilities by the token and tokens by the prompt, as told; one token a character. */
import type { Emission, Request, Scored, ScoreItem, Session, Tokenizer } from "../../../engine/mod.ts";
import type { Sample } from "../../../datasets/mod.ts";
import type { Eval } from "../../../evals/mod.ts";

export interface Script {
  /** The log-probability of each token of a continuation. */
  readonly logProb?: (token: number, at: number, item: ScoreItem) => number;
  /** The largest log-probability there; that of the token itself where absent. */
  readonly top?: (token: number, at: number, item: ScoreItem) => number;
  /** Whole rows. */
  readonly rows?: (item: ScoreItem) => Float32Array;
  readonly answer?: (request: Request) => readonly { readonly token: number; readonly margin: number }[];
}

/** Ids are code points, so that ids can be read in a test. */
export const codePoints: Tokenizer = {
  vocabulary: 0x110000,
  bos: 1,
  eos: 2,
  encode: (text) => Array.from(text, (char) => char.codePointAt(0)!),
  decode: (ids) => String.fromCodePoint(...ids),
  chat: (messages) => codePoints.encode(messages.map(({ role, content }) => `<${role}>${content}`).join("")),
};

export function scripted(script: Script, asked: ScoreItem[] = []): Session {
  return {
    tokenizer: codePoints,
    context: 64,
    async *score(items: Iterable<ScoreItem>): AsyncIterable<Scored> {
      // Answers come in another order than the questions, as they may.
      for (const item of [...items].reverse()) {
        asked.push(item);
        const each = (of: (token: number, at: number, item: ScoreItem) => number) =>
          item.continuations.map((tokens) => Float32Array.from(tokens, (token, at) => of(token, at, item)));
        const logProb = script.logProb ?? (() => -1);
        yield {
          id: item.id,
          logProbs: each(logProb),
          tops: each(script.top ?? logProb),
          ...(script.rows ? { distributions: [script.rows(item)] } : {}),
        };
      }
    },
    async *generate(requests: Iterable<Request>): AsyncIterable<Emission> {
      for (const request of requests) {
        const answer = script.answer!(request);
        for (const [i, { token, margin }] of answer.entries()) {
          const finish = i === answer.length - 1 ? { finish: "length" as const } : {};
          yield { id: request.id, tokens: [token], margins: [margin], at: 0, ...finish };
        }
      }
    },
    stats: () => Promise.resolve({ counters: {}, addedBytes: 0 }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as Session;
}

/** The answer of a session to one sample. */
export async function answerTo<S extends Sample, A>(e: Eval<S, A>, session: Session, sample: S): Promise<A> {
  for await (const { answer } of e.ask(session, [sample])) return answer;
  throw new Error(`${sample.id} was not answered`);
}
