/** Sessions opened once for each stack and engine, and closed together. */
import { type Engine, identity, type Session, type Stack } from "../engine/mod.ts";

export class Opened implements AsyncDisposable {
  readonly #sessions = new Map<Engine, Map<string, Session>>();

  /** The session of a stack, opened where there is none yet. */
  async open(engine: Engine, stack: Stack): Promise<Session> {
    const own = this.#sessions.get(engine) ?? new Map<string, Session>();
    this.#sessions.set(engine, own);
    const session = own.get(identity(stack)) ?? await engine.open(stack);
    own.set(identity(stack), session);
    return session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const own of this.#sessions.values()) {
      for (const session of own.values()) await session[Symbol.asyncDispose]();
    }
    this.#sessions.clear();
  }
}
