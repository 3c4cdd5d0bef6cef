/** A session with some of its parts replaced, to plant what a session may get wrong. */
import type { Session } from "../../engine/mod.ts";

/** The session but for some of its parts. */
export const butFor = (session: Session, parts: Partial<Session> = {}): Session => ({
  tokenizer: session.tokenizer,
  context: session.context,
  generate: (requests) => session.generate(requests),
  score: (items) => session.score(items),
  stats: () => session.stats(),
  [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  ...parts,
});
