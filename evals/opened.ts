/** Sessions opened once for each stack, and closed together. */
import { canonical, type Engine, type Json, parts, type Session, type Stack } from "../engine/mod.ts";

export class Opened implements AsyncDisposable {
  readonly #sessions = new Map<string, Session>();

  /** The session of a stack, opened where there is none yet. */
  async open(engine: Engine, stack: Stack): Promise<Session> {
    const session = this.get(engine, stack) ?? await engine.open(stack);
    this.#sessions.set(keyOf(engine, stack), session);
    return session;
  }

  /** The session of a stack where it is open. */
  get(engine: Engine, stack: Stack): Session | undefined {
    return this.#sessions.get(keyOf(engine, stack));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await session[Symbol.asyncDispose]();
    this.#sessions.clear();
  }
}

function keyOf({ name }: Engine, stack: Stack): string {
  return `${name}:${canonical(parts(stack) as unknown as Json)}`;
}
