/**
 * Measures the rounding noise of a model: its baseline stack's answers beside those of the same weights asked in ways
 * that must not matter. A crowd in small chunks, with many guessed rows, on a warm cache; and other engines that must
 * answer alike, such as the same one on another number of threads.
 */
import { type Engine, identity, type Stack } from "../engine/mod.ts";
import type { Answers } from "./answers.ts";
import type { Eval } from "./eval.ts";
import { band, joined, NO_NOISE, type Noise, noisiest, WIDEST } from "./noise.ts";
import type { Opened } from "./opened.ts";
import { crowd } from "./probes/crowd.ts";
import { guesses } from "./probes/guesses.ts";
import type { Bench } from "./suite.ts";
import { Unjudged } from "./unjudged.ts";

type Asking = (done: number, total: number) => void;

export class Calibration {
  readonly #known = new Map<string, Noise>();
  readonly #bands = new Map<string, number>();

  constructor(private readonly config: Bench, private readonly answers: Answers) {}

  /**
   * What rounding does to answers of a stack with this model; sessions are opened in `opened`.
   * @throws {Unjudged} when the baseline's model answers otherwise by more than rounding explains.
   */
  async noise(e: Eval, stack: Stack, opened: Opened, asking: Asking): Promise<Noise> {
    const { noiseOf } = e;
    if (noiseOf === undefined) return NO_NOISE;
    const model = identity(stack, ["model"]);
    const key = `${e.name}:${model}`;
    const known = this.#known.get(key);
    if (known) return known;
    const { baseline, engine, alike = [] } = this.config;
    const plain: Stack = { ...baseline, model: stack.model };
    const ask = (stack: Stack, engine: Engine, again: string) =>
      this.answers.of(e, stack, (stack) => opened.open(engine, stack), asking, again);
    const reference = await ask(plain, engine, "");
    const ways = [await ask({ ...plain, scheduler: crowd, decoder: guesses }, engine, "")];
    for (const [i, other] of alike.entries()) ways.push(await ask(plain, other, `alike ${i}`));
    const noise = noisiest(
      [reference, ...ways].map((way) =>
        joined([...reference].map(([id, answer]) => noiseOf(way.get(id)!, answer)))
      ),
    );
    if (noise.drift > WIDEST && model === identity(baseline, ["model"])) {
      throw new Unjudged(
        `the baseline's own answers to ${e.name} move by ${
          noise.drift.toFixed(3)
        } logits between ways of asking ` +
          "that must not matter, which rounding does not explain",
      );
    }
    this.#known.set(key, noise);
    this.#bands.set(model, Math.max(this.#bands.get(model) ?? 0, band(noise)));
    return noise;
  }

  /** The widest band of numerical ties that was measured for a stack's model. */
  bandOf(stack: Stack): number {
    return this.#bands.get(identity(stack, ["model"])) ?? band(NO_NOISE);
  }
}
