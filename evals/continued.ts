/**
 * Prompts continued greedily up to the first of their stop strings, as lm-evaluation-harness's generate_until does. A
 * stop string within one token ends the answer at once; one over several tokens is cut at when all is written.
 */
import { endsOf, type Request, type Session, type Tokenizer, UserError } from "../engine/mod.ts";
import type { Dataset, Question } from "../datasets/mod.ts";
import { together } from "./asking.ts";
import { CHARACTERS_PER_TOKEN } from "./estimate.ts";
import type { Eval } from "./eval.ts";

/** What is gone on from: a question, or a problem, which may be asked in the chat format first. */
type Begun = Pick<Question, "id" | "prompt" | "stop"> & { readonly asked?: string };

export interface Continued {
  /** What was written before the first stop string. */
  readonly text: string;
  /** Whether it ended by itself, within the limit. */
  readonly ended: boolean;
}

/** What evals that grade such texts share: what is asked, how, and what of it people are shown. */
export function continuing<S extends Question>(
  dataset: Dataset<S>,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): Pick<Eval<S, Continued>, "name" | "dataset" | "count" | "params" | "sees" | "ask" | "work" | "show"> {
  return {
    name: dataset.name,
    dataset,
    count,
    params: { tokens },
    sees: ["model", "cache", "decoder", "scheduler"],
    async *ask(session, samples) {
      for await (const answers of continued(session, samples, tokens)) {
        for (const [id, answer] of answers) yield { id, answer };
      }
    },
    work: ({ prompt }) => ({ read: prompt.length / CHARACTERS_PER_TOKEN, write: tokens }),
    show: ({ text }) => text.trim(),
  };
}

/** Questions asked at once: a scheduler has some to choose from, and what is answered is told as it goes on. */
const AT_ONCE = 16;

/**
 * The continuation of each question's prompt, of at most `tokens` tokens, by id, some questions at a time.
 * @throws {UserError} when a prompt does not fit the model's context.
 */
export async function* continued(
  session: Session,
  questions: readonly Begun[],
  tokens: number,
): AsyncIterable<ReadonlyMap<string, Continued>> {
  const requests = questions.map((question) => toRequest(session, question, tokens));
  const over = endsOf(session.tokenizer);
  for (let from = 0; from < questions.length; from += AT_ONCE) {
    const collected = await together(session, requests.slice(from, from + AT_ONCE));
    yield new Map(
      questions.slice(from, from + AT_ONCE).map(({ id, stop }) => {
        const { tokens, finish } = collected.get(id)!;
        const written = session.tokenizer.decode(tokens.filter((token) => !over.includes(token)));
        const ends = stop.map((text) => written.indexOf(text)).filter((at) => at >= 0);
        const ended = ends.length > 0 || finish === "stop";
        return [id, { text: written.slice(0, Math.min(...ends, written.length)), ended }];
      }),
    );
  }
}

function toRequest({ tokenizer, context }: Session, question: Begun, tokens: number): Request {
  const { id, asked, prompt, stop } = question;
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
    stop: [...endsOf(tokenizer), ...stop.flatMap((text) => holding(tokenizer, text))],
  };
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
