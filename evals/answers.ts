/**
 * Answers of stacks to evals, asked once a run. An eval's answers depend only on the slots it sees and the model, so
 * a stack that differs elsewhere shares them. Who asks the same stack again asks in another order.
 */
import type { Session, Stack } from "../engine/mod.ts";
import { type Sample, take } from "../datasets/mod.ts";
import { earned } from "./engagement.ts";
import { asked, type Eval } from "./eval.ts";

/** Opens a session of a stack on the bench's engine; sessions are kept by the caller. */
export type Sessions = (stack: Stack) => Promise<Session>;

/** Told how many of an eval's samples have been answered. */
export type Asking = (done: number, total: number) => void;

export class Answers {
  readonly #known = new Map<string, Map<string, unknown>>();
  readonly #samples = new Map<string, readonly Sample[]>();

  constructor(private readonly seed: number) {}

  /** The eval's fixed draw of its data set. */
  async samples(e: Eval): Promise<readonly Sample[]> {
    const key = `${e.dataset.name}:${e.count}`;
    const known = this.#samples.get(key) ?? await take(e.dataset, e.count, this.seed);
    this.#samples.set(key, known);
    return known;
  }

  /** The answers of a stack by sample id. */
  async of(
    e: Eval,
    stack: Stack,
    open: Sessions,
    asking: Asking,
    again = "",
  ): Promise<ReadonlyMap<string, unknown>> {
    const key = `${again}:${asked(e, stack)}`;
    const answers = this.#known.get(key) ?? new Map<string, unknown>();
    const samples = await this.samples(e);
    const left = samples.filter(({ id }) => !answers.has(id));
    if (left.length === 0) return answers;
    const session = await open(stack);
    for (const batch of again === "" ? [left] : otherwise(left)) {
      for await (const { id, answer } of earned(e, session, batch)) {
        answers.set(id, answer);
        asking(answers.size, samples.length);
      }
    }
    this.#known.set(key, answers);
    return answers;
  }
}

/** The same samples in another order and other company, which no answer may depend on. */
function otherwise(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const reversed = samples.toReversed();
  const part = Math.ceil(reversed.length / 3);
  return [reversed.slice(0, part), reversed.slice(part)].filter(({ length }) => length > 0);
}
