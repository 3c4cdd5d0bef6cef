/**
 * Questions that a chat model asks itself, given no more than what stands before a user's turn (Magpie; Xu et al., 2024):
 * what it was taught to answer, as far as it can tell.
 */
import type { Session, Tokenizer } from "../../engine/mod.ts";

/** Tokens of a question at most. */
const LONGEST = 96;
const [TEMPERATURE, TOP_P] = [1, 0.9] as const;

/** The questions of these seeds, in their order; empty where the model had none. */
export async function ownQuestions(session: Session, seeds: readonly number[]): Promise<readonly string[]> {
  const { tokenizer } = session;
  const prompt = beforeTurn(tokenizer);
  const asked = seeds.map((seed) => ({
    id: `${seed}`,
    prompt,
    maxTokens: LONGEST,
    stop: [tokenizer.eos],
    sampling: { temperature: TEMPERATURE, topP: TOP_P, seed },
  }));
  const told = new Map<string, number[]>(asked.map(({ id }) => [id, []]));
  for await (const { id, tokens } of session.generate(asked)) told.get(id)!.push(...tokens);
  return asked.map(({ id }) =>
    tokenizer.decode(told.get(id)!.filter((token) => token !== tokenizer.eos)).trim()
  );
}

/** What all chats begin with, whatever the user says; the beginning of a text where that is nothing. */
function beforeTurn({ chat, bos }: Tokenizer): readonly number[] {
  const [one, other] = ["a", "b"].map((content) => chat([{ role: "user", content }]));
  const differs = one!.findIndex((token, i) => token !== other![i]);
  return differs > 0 ? one!.slice(0, differs) : [bos];
}
