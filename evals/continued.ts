/**
 * Prompts continued greedily up to the first of their stop strings, as lm-evaluation-harness's generate_until does. A
 * stop string within one token ends the answer at once; one over several tokens is cut at when all is written.
 */
import { type Session, type Tokenizer, UserError } from "../engine/mod.ts";
import type { Question } from "../datasets/mod.ts";
import { together } from "./asking.ts";

/** What is gone on from: a question, or a problem, which may be asked in the chat format first. */
type Begun = Pick<Question, "id" | "prompt" | "stop"> & { readonly asked?: string };

export interface Continued {
  /** What was written before the first stop string. */
  readonly text: string;
  /** Whether it ended by itself, within the limit. */
  readonly ended: boolean;
}

/**
 * The continuation of each question's prompt, all asked at once, of at most `tokens` tokens.
 * @throws {UserError} when a prompt does not fit the model's context.
 */
export async function continued(
  session: Session,
  questions: readonly Begun[],
  tokens: number,
): Promise<ReadonlyMap<string, Continued>> {
  const { tokenizer, context } = session;
  const requests = questions.map(({ id, asked, prompt, stop }) => {
    const turn = asked === undefined ? [] : tokenizer.chat([{ role: "user", content: asked }]);
    const ids = [...turn, ...tokenizer.encode(prompt)];
    if (ids.length + tokens > context) {
      throw new UserError(
        `Cannot ask ${id} as prompt and answer must fit the model's context of ${context} tokens: they are ${
          ids.length + tokens
        }.`,
      );
    }
    return {
      id,
      prompt: ids.length > 0 ? ids : [tokenizer.bos],
      maxTokens: tokens,
      stop: [tokenizer.eos, ...stop.flatMap((text) => holding(tokenizer, text))],
    };
  });
  const collected = await together(session, requests);
  return new Map(questions.map(({ id, stop }) => {
    const written = tokenizer.decode(collected.get(id)!.tokens.filter((token) => token !== tokenizer.eos));
    const ends = stop.map((text) => written.indexOf(text)).filter((at) => at >= 0);
    const ended = ends.length > 0 || collected.get(id)!.finish === "stop";
    return [id, { text: written.slice(0, Math.min(...ends, written.length)), ended }];
  }));
}

const known = new WeakMap<Tokenizer, Map<string, readonly number[]>>();

/** Ids of the tokens whose text holds another. */
function holding(tokenizer: Tokenizer, text: string): readonly number[] {
  const all = known.get(tokenizer) ?? new Map<string, readonly number[]>();
  known.set(tokenizer, all);
  const ids = all.get(text) ??
    Array.from({ length: tokenizer.vocabulary }, (_, id) => id).filter((id) =>
      tokenizer.decode([id]).includes(text)
    );
  all.set(text, ids);
  return ids;
}
