/**
 * Data sets drawn from the plain tiny model itself at temperature 1, once a process: its negative log-likelihood is
 * its entropy there, and any other distribution's is larger by the divergence from it.
 */
import type { Choices, Cloze, Dataset, Prompt, Sample, Text } from "../../../datasets/mod.ts";
import { PagedCache } from "../../../engine/mod.ts";
import { adapters, merged } from "./adapters.ts";
import { SPOKEN, tinyTokenizer } from "./tiny_model.ts";
import { TinyNetwork } from "./tiny_network.ts";
import type { TinyOptions } from "./tiny_options.ts";
import { randomOf, SIZE } from "./tiny_weights.ts";

const plain = new TinyNetwork();

/** Text that goes on after `start`, `count` tokens drawn at a temperature from a network. */
export function draw(
  start: string,
  count: number,
  seed: number,
  { temperature = 1, network = plain }: { readonly temperature?: number; readonly network?: TinyNetwork } =
    {},
): string {
  const random = randomOf(seed);
  const cache = new PagedCache(network.shape, SIZE.context);
  const { seq } = cache.start([], "");
  const drawn: number[] = [];
  let pending = tinyTokenizer.encode(start);
  for (let at = 0; drawn.length < count; at += pending.length, pending = [drawn.at(-1)!]) {
    const rows = pending.map((_, i) => i);
    cache.reserve(seq, rows.length);
    const { logits, kv } = network.run({
      tokens: Int32Array.from(pending),
      positions: Int32Array.from(rows, (i) => at + i),
      sequence: new Int32Array(rows.length),
      past: [cache.view(seq)],
      want: Int32Array.of(rows.length - 1),
    });
    cache.commit(seq, kv, rows, pending);
    drawn.push(pick(logits, temperature, random.uniform()));
  }
  return tinyTokenizer.decode(drawn);
}

function pick(logits: Float32Array, temperature: number, u: number): number {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const weights = logits.map((value) => Math.exp((value - top) / temperature));
  let left = u * weights.reduce((sum, weight) => sum + weight, 0);
  return Math.max(0, weights.findIndex((weight) => (left -= weight) < 0));
}

/** A letter to start from. */
const letter = (seed: number) =>
  tinyTokenizer.decode([SPOKEN[Math.floor(randomOf(seed).uniform() * SPOKEN.length)]!]);

/** A text of `length` tokens, the first one any letter. */
function text(length: number, seed: number, network = plain): string {
  const first = letter(seed);
  return first + draw(first, length - 1, seed, { network });
}

/** A text that ends in no white space. */
const trimmed = (length: number, seed: number) => text(length, seed).trimEnd();

function drawn<S extends Sample>(
  name: string,
  size: number,
  slice: (i: number) => string,
  make: (about: Sample, i: number) => S,
): Dataset<S> {
  let known: readonly S[] | undefined;
  return {
    name,
    version: "1",
    source: "drawn from the tiny model",
    license: "none",
    split: "test",
    digest: name,
    size,
    async *samples() {
      known ??= Array.from(
        { length: size },
        (_, i) => make({ id: `${name}${i}`, cluster: `${name}${i}`, slices: [slice(i)] }, i),
      );
      yield* known;
    },
  };
}

/** Running text of one network. */
export interface Texts {
  /** 40 tokens each. */
  readonly short: Dataset<Text>;
  /** 264 to 303 tokens each. */
  readonly long: Dataset<Text>;
}

/** Texts of another network than the plain one, for a baseline that runs it; `name` is part of the sets' names. */
export function textsOf(name: string, options: TinyOptions): Texts {
  return textsBy(`${name}_`, new TinyNetwork(options));
}

function textsBy(name: string, network: TinyNetwork): Texts {
  return {
    short: drawn<Text>(
      `${name}short`,
      60,
      (i) => `short ${i % 2}`,
      (about, i) => ({ ...about, text: text(40, 100 + i, network) }),
    ),
    long: drawn<Text>(
      `${name}long`,
      20,
      (i) => `long ${i % 2}`,
      (about, i) => ({ ...about, text: text(264 + i * 37 % 40, 200 + i, network) }),
    ),
  };
}

export const { short: shortTexts, long: longTexts }: Texts = textsBy("", plain);

const adapted = adapters.map((adapter) =>
  new TinyNetwork({ weights: (place, values) => merged(adapter, place, values) })
);

/** 40 tokens each, drawn with the adapters in turn, by which their slices are named. */
export const adaptedTexts: Dataset<Text> = drawn<Text>(
  "adapted",
  16 * adapters.length,
  (i) => adapters[i % adapters.length]!.name,
  (about, i) => ({ ...about, text: text(40, 400 + i, adapted[i % adapters.length]) }),
);

/** Four continuations of 3 tokens: the gold one drawn as the model has it, the others with less regard for it. */
export const choices: Dataset<Choices> = drawn<Choices>(
  "choices",
  320,
  (i) => `gold ${i % 4}`,
  (about, i) => {
    const context = trimmed(10 + i % 8, 300 + i);
    const continuations = Array.from(
      { length: 4 },
      (_, c) => draw(context, 3, 1000 + i * 4 + c, { temperature: c === i % 4 ? 1 : 2 }),
    );
    return { ...about, context, continuations, gold: i % 4 };
  },
);

/** One token more, drawn as the model has it. */
export const passages: Dataset<Cloze> = drawn<Cloze>(
  "passages",
  320,
  (i) => `passage ${i % 2}`,
  (about, i) => {
    const context = trimmed(12 + i % 8, 500 + i);
    return { ...about, context, target: draw(context, 1, 2000 + i) };
  },
);

/** Prompts of 4 to 9 tokens. */
export const openings: Dataset<Prompt> = drawn<Prompt>(
  "openings",
  8,
  (i) => `opening ${i % 2}`,
  (about, i) => ({ ...about, turns: [text(4 + i % 6, 600 + i)] }),
);

const PREFIXES = [0, 1].map((i) => text(70, 700 + i));

/** Short ones, long ones, ones that begin as others do, and ones that quote themselves, in turn. */
export const prompts: Dataset<Prompt> = drawn<Prompt>(
  "prompts",
  80,
  (i) => ["short", "long", "shared", "quoting"][i % 4]!,
  (about, i) => {
    const quoted = text(24, 800 + i);
    const turn = [
      () => text(4 + i % 13, 900 + i),
      () => text(60 + i * 13 % 90, 900 + i),
      () => PREFIXES[(i >> 2) % 2]! + text(5 + i % 7, 900 + i),
      () => `${quoted}${text(6, 900 + i)}${quoted}${quoted.slice(0, 8)}`,
    ][i % 4]!;
    return { ...about, turns: [turn()] };
  },
);
