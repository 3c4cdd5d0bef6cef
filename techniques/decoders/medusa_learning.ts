/**
 * How a Medusa head learns: it begins as the ridge regression of the feature k tokens on, and then follows the laws that
 * this feature gives, which tell more than the one token that came.
 */
import {
  adamStep,
  concat,
  floats,
  type Learned,
  type LoadedGraph,
  type Products,
  stepped,
  type TokenRows,
  untrained,
} from "../../engine/mod.ts";
import type { Lesson } from "./drafter_texts.ts";
import type { Recorded } from "./feature_record.ts";
import { exampleOf, shuffled } from "./feature_examples.ts";
import { shapes } from "./medusa_step.ts";
import { Ridge } from "./ridge.ts";
import type { Parts } from "./trained.ts";

/** Recorded answers that are learned from. */
export interface Shown {
  readonly shown: readonly Lesson[];
  /** Of a feature. */
  readonly width: number;
  read(lesson: Lesson): Promise<Recorded>;
}

export interface Learning {
  readonly set: Shown;
  readonly embedding: TokenRows;
  readonly products: Products;
  /** A loaded `stepGraph`. */
  readonly step: LoadedGraph;
  readonly seed: number;
}

export const HEADS = 3;
/** Tokens that may be guessed, at most. */
const TOKENS = 6144;
/** Passes over the lessons, lessons of one step, and the rate of learning, which falls to 0. */
const [EPOCHS, LESSONS, RATE] = [5, 4, 4e-4] as const;
/** As a share of the mean of the moments' diagonal. */
const DAMPING = 3e-3;

/** The most frequent tokens of answers that are learned from, and where these are few, of their prompts. */
export async function commonTokens(set: Shown): Promise<readonly number[]> {
  const [answers, prompts] = [new Map<number, number>(), new Map<number, number>()];
  for (const lesson of set.shown) {
    (await set.read(lesson)).tokens.forEach((token, i) => {
      const counts = i < lesson.prompt.length ? prompts : answers;
      counts.set(token, (counts.get(token) ?? 0) + 1);
    });
  }
  const ranked = [answers, prompts].flatMap((counts) => [...counts].sort(([a, m], [b, n]) => n - m || a - b));
  return [...new Set(ranked.map(([token]) => token))].slice(0, TOKENS);
}

/** The head that guesses `ahead` tokens beyond the one that is known, without training: W and b are 0. */
export async function ridgeHead({ set, embedding, products }: Learning, ahead: number): Promise<Parts> {
  const ridge = new Ridge(products);
  for (const lessons of groups(set.shown)) {
    const { x, goal, rows } = await rowsOf(set, embedding, lessons, ahead);
    const { width } = set;
    if (rows === 0) continue;
    await ridge.add({ rows, columns: 2 * width, values: x }, { rows, columns: width, values: goal });
  }
  const { values } = await ridge.solve(DAMPING);
  const a = new Float32Array(values.length);
  for (let i = 0; i < 2 * set.width; i++) {
    for (let o = 0; o < set.width; o++) a[o * 2 * set.width + i] = values[i * set.width + o]!;
  }
  return { ...zeroHead(set.width), a };
}

/** A head of zeros. */
export function zeroHead(width: number): Parts {
  return Object.fromEntries(
    Object.entries(shapes(width)).map(([name, dims]) => [name, new Float32Array(sizeOf(dims))]),
  );
}

/** The head after training; `progress` is told the share that is done. */
export async function learnedHead(
  { set, embedding, step, seed }: Learning,
  ahead: number,
  start: Parts,
  progress: (done: number) => void,
): Promise<Parts> {
  const { width } = set;
  const parameters = Object.entries(shapes(width));
  let learned: Learned = untrained(
    Object.fromEntries(parameters.map(([name, dims]) => [name, floats(dims, start[name]!)])),
  );
  const steps = EPOCHS * groups(set.shown).length;
  let count = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const lessons of groups(await shuffled(set.shown, `${seed} ${ahead} ${epoch}`))) {
      const { x, goal, rows } = await rowsOf(set, embedding, lessons, ahead);
      const rate = RATE * (1 - count / steps);
      count++;
      if (rows === 0) continue;
      const out = await step.run({
        x: floats([rows, 2 * width], x),
        goal: floats([rows, width], goal),
        share: floats([], Float32Array.of(1 / rows)),
        ...learned,
        ...adamStep(count, rate),
      });
      learned = stepped(learned, out);
      progress(count / steps);
    }
  }
  return Object.fromEntries(parameters.map(([name]) => [name, learned[name]!.values as Float32Array]));
}

/** What is known of the rows of lessons, and the features `ahead` rows on. */
async function rowsOf(set: Shown, embedding: TokenRows, lessons: readonly Lesson[], ahead: number) {
  const examples = await Promise.all(
    lessons.map(async (lesson) => exampleOf(lesson, await set.read(lesson), embedding)),
  );
  const own = examples.filter(({ x }) => x.rows > ahead);
  const { width } = set;
  return {
    x: concat(own.map(({ x }) => x.values.subarray(0, (x.rows - ahead) * 2 * width))),
    goal: concat(own.map(({ features }) => features.subarray(ahead * width))),
    rows: own.reduce((sum, { x }) => sum + x.rows - ahead, 0),
  };
}

function groups(lessons: readonly Lesson[]): readonly (readonly Lesson[])[] {
  return Array.from(
    { length: Math.ceil(lessons.length / LESSONS) },
    (_, i) => lessons.slice(i * LESSONS, (i + 1) * LESSONS),
  );
}

const sizeOf = (dims: readonly number[]) => dims.reduce((product, n) => product * n, 1);
