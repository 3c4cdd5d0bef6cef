/**
 * Made-up paired samples whose true loss is known: yes-or-no scores that flip, alone or with the rest of their cluster,
 * and amounts of known shapes, in documents of uneven length that share a cluster. One frame of samples is filled anew
 * for each trial, with numbers from a 32-bit hash of (cell, trial, draw).
 */
import type { PairedSample } from "../../mod.ts";
import { mix } from "../../evals/bootstrap.ts";

/** Numbers in (0, 1), one stream a trial. */
export class Random {
  #state = 0;

  constructor(readonly cell: string) {}

  /** Begins the stream of a trial. */
  trial(trial: number): this {
    let key = trial;
    for (const character of this.cell) key = mix(key + character.codePointAt(0)!);
    this.#state = key;
    return this;
  }

  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return (mix(this.#state) + 0.5) / 2 ** 32;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** A law of mean 0 and variance 1, with its skewness and its kurtosis beyond the normal's. */
export interface Shape {
  readonly draw: (random: Random) => number;
  readonly skewness: number;
  readonly kurtosis: number;
}

function lognormal(s: number): Shape {
  const w = Math.exp(s * s);
  const [mean, deviation] = [Math.sqrt(w), Math.sqrt(w * (w - 1))];
  return {
    draw: (random) => (Math.exp(s * random.normal()) - mean) / deviation,
    skewness: (w + 2) * Math.sqrt(w - 1),
    kurtosis: w ** 4 + 2 * w ** 3 + 3 * w ** 2 - 6,
  };
}

/** A share `p` of clusters loses `far` more than the rest, which are normal with a tenth of that as deviation. */
function broken(p: number): Shape {
  const [near, far] = [0.1, 1];
  const deviation = Math.sqrt(near ** 2 + p * (1 - p) * far ** 2);
  const third = p * (1 - p) * (1 - 2 * p);
  const fourth = p * (1 - p) * (1 - 3 * p * (1 - p));
  return {
    draw: (random) => (near * random.normal() + (random.next() < p ? far : 0) - p * far) / deviation,
    skewness: third / deviation ** 3,
    kurtosis: (3 * near ** 4 + 6 * near ** 2 * p * (1 - p) + fourth) / deviation ** 4 - 3,
  };
}

export const SHAPES = {
  normal: { draw: (random) => random.normal(), skewness: 0, kurtosis: 0 },
  "t with 5 degrees": {
    draw: (random) => {
      let squares = 0;
      for (let i = 0; i < 5; i++) squares += random.normal() ** 2;
      return random.normal() / Math.sqrt(squares / 5) / Math.sqrt(5 / 3);
    },
    skewness: 0,
    kurtosis: 6,
  },
  exponential: { draw: (random) => -Math.log(random.next()) - 1, skewness: 2, kurtosis: 6 },
  "squared normal": {
    draw: (random) => (random.normal() ** 2 - 1) / Math.SQRT2,
    skewness: Math.sqrt(8),
    kurtosis: 12,
  },
  "lognormal 0.5": lognormal(0.5),
  "lognormal 1": lognormal(1),
  "lognormal 1.5": lognormal(1.5),
  "1 in 10 broken": broken(0.1),
  "1 in 20 broken": broken(0.05),
  "1 in 50 broken": broken(0.02),
} satisfies Record<string, Shape>;
export type ShapeName = keyof typeof SHAPES;

type Filled = { -readonly [key in keyof PairedSample]: PairedSample[key] };

/** How samples lie in clusters. `copied`: how likely a sample does as its cluster does. */
export interface Clustering {
  readonly size: number;
  readonly copied: number;
}

/** How many times more samples a clustering takes: 1 + (size - 1) · the correlation within a cluster. */
export const effectOf = ({ size, copied }: Clustering) => 1 + (size - 1) * copied ** 2;

function frame(n: number, size: number): Filled[] {
  return Array.from({ length: n }, (_, i) => ({
    id: `${i}`,
    cluster: `${Math.floor(i / size)}`,
    base: 0,
    candidate: 0,
    weight: 1,
  }));
}

/** Draws of `n` yes-or-no scores: 70 % right beneath, a share `discordance` flipped, `loss` more lost than won. */
export function flips(
  n: number,
  { size, copied, discordance, loss }: Clustering & { readonly discordance: number; readonly loss: number },
): (random: Random) => readonly PairedSample[] {
  const samples = frame(n, size);
  const [lost, either] = [(discordance + loss) / 2, discordance];
  const flip = (u: number) => (u < lost ? 1 : u < either ? -1 : 0);
  return (random) => {
    let shared = 0;
    samples.forEach((sample, i) => {
      if (i % size === 0) shared = flip(random.next());
      const own = flip(random.next());
      const difference = copied > 0 && random.next() < copied ? shared : own;
      sample.base = difference === 0 ? Number(random.next() < 0.7) : Number(difference > 0);
      sample.candidate = sample.base - difference;
    });
    return samples;
  };
}

/** Share of the variance of amounts that documents of one cluster have in common. */
const SHARED = 0.5;

/**
 * Draws of amounts in `clusters` of `size` documents of 100 to 500 tokens: the loss of a cluster has the shape, about
 * `loss`, and its documents lie about it. A lone document is its cluster.
 */
export function amounts(
  clusters: number,
  { size, shape, loss, deviation }: {
    readonly size: number;
    readonly shape: ShapeName;
    readonly loss: number;
    readonly deviation: number;
  },
): (random: Random) => readonly PairedSample[] {
  const samples = frame(clusters * size, size);
  samples.forEach((sample, i) => (sample.weight = size === 1 ? 256 : 100 + (mix(i) % 401)));
  const { draw } = SHAPES[shape];
  return (random) => {
    let shared = 0;
    samples.forEach((sample, i) => {
      if (i % size === 0) shared = draw(random);
      const own = size === 1 ? 0 : Math.sqrt(1 / SHARED - 1) * random.normal();
      sample.base = 3;
      sample.candidate = 3 + loss + deviation * (shared + own);
    });
    return samples;
  };
}

/** The deviation, skewness and kurtosis of the means of clusters of `size` documents, about. */
export function clusterLaw(shape: ShapeName, size: number, deviation: number) {
  const { skewness, kurtosis } = SHAPES[shape];
  // Tokens are uneven: n equal documents would be worth as many as the squared sum of weights over the sum of squares.
  const weights = Array.from({ length: 1000 }, (_, i) => 100 + (mix(i) % 401));
  const mean = weights.reduce((a, b) => a + b) / 1000;
  const uneven = weights.reduce((sum, w) => sum + w * w, 0) / 1000 / mean ** 2;
  const own = size === 1 ? 0 : (1 / SHARED - 1) * uneven / size;
  const clusters = size === 1 ? 1 : 1 + (uneven - 1) / size;
  const variance = clusters + own;
  return {
    deviation: deviation * Math.sqrt(variance),
    skewness: skewness * (clusters / variance) ** 1.5,
    kurtosis: kurtosis * (clusters / variance) ** 2,
  };
}
