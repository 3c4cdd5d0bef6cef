/**
 * A known answer: what a session says token by token must be as likely when it scores that very answer. So scores that
 * are off by one place, of another length than the text, or that depend on what is scored beside them, are found
 * before anything is judged by them.
 */
import { type Dataset, type Prompt, take } from "../datasets/mod.ts";
import type { Request, ScoreItem, Session } from "../engine/mod.ts";
import { alone, type Collected } from "./asking.ts";
import { WIDEST } from "./noise.ts";
import { toRequest } from "./quality/token_match.ts";

const ANSWERS = 6;
/** Tokens of a prompt that are enough to go on from. */
const PROMPT = 64;
/** Answers differ in length, so that one scored beside another is not always the longest. */
const tokensOf = (i: number) => 3 + 3 * i;

/** What is wrong with the scores of a session, in words. */
export async function misread(
  session: Session,
  prompts: Dataset<Prompt>,
  seed: number,
): Promise<string | undefined> {
  const samples = await take(prompts, Math.min(ANSWERS, prompts.size), seed);
  const requests = samples.map((sample, i): Request => {
    const request = toRequest(session, sample, tokensOf(i));
    return { ...request, prompt: request.prompt.slice(0, PROMPT), scored: true };
  });
  const told = await alone(session, requests);
  const items = requests.map(({ id, prompt }): ScoreItem => ({
    id,
    context: prompt,
    continuations: [told.get(id)!.tokens],
  }));
  for (const asked of [items, ...items.map((item) => [item])]) {
    for await (const { id, logProbs: [logProbs] } of session.score(asked)) {
      const wrong = apart(told.get(id)!, [...logProbs!]);
      if (wrong !== undefined) {
        return `the baseline's scores are not those of its own answers: of ${id} ${wrong}`;
      }
    }
  }
  return undefined;
}

function apart({ tokens, logProbs }: Collected, scores: readonly number[]): string | undefined {
  if (scores.length !== tokens.length) return `${scores.length} scores for ${tokens.length} tokens`;
  const at = scores.findIndex((score, i) => !(Math.abs(score - (logProbs[i] ?? NaN)) <= WIDEST));
  return at < 0
    ? undefined
    : `token ${at + 1} is told ${logProbs[at]?.toFixed(3)} when it is chosen and ${
      scores[at]!.toFixed(3)
    } when it is scored`;
}
