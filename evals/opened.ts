/** Sessions opened once for each stack, and closed together. */
import { type Engine, identity, type Session, type Stack } from "../engine/mod.ts";

export class Opened implements AsyncDisposable {
  readonly #sessions = new Map<string, Session>();

  /** The session of a stack, opened where there is none yet. */
  async open(engine: Engine, stack: Stack): Promise<Session> {
    const key = `${engine.name}:${identity(stack)}`;
    const session = this.#sessions.get(key) ?? await engine.open(stack);
    this.#sessions.set(key, session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await session[Symbol.asyncDispose]();
    this.#sessions.clear();
  }
}
