/** Okapi BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over a few texts. */

/** Weights of how often a word comes, and of how long a text is. */
const [K1, B] = [1.2, 0.75];

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Finds texts by the words that they share with a question. */
export class Bm25 {
  readonly #counts: readonly ReadonlyMap<string, number>[];
  readonly #lengths: readonly number[];
  readonly #mean: number;
  readonly #holding = new Map<string, number>();

  constructor(texts: readonly string[]) {
    const words = texts.map(wordsOf);
    this.#counts = words.map((all) => {
      const counts = new Map<string, number>();
      for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
      for (const word of counts.keys()) this.#holding.set(word, (this.#holding.get(word) ?? 0) + 1);
      return counts;
    });
    this.#lengths = words.map(({ length }) => length);
    this.#mean = this.#lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
  }

  /** Places of the `count` texts that fit best, the best first; of equals the earlier. */
  best(question: string, count: number): readonly number[] {
    const asked = new Set(wordsOf(question));
    return this.#counts.map((_, place) => ({ place, score: this.#score(place, asked) }))
      .toSorted((a, b) => b.score - a.score || a.place - b.place).slice(0, count).map(({ place }) => place);
  }

  #score(place: number, asked: ReadonlySet<string>): number {
    const [counts, all] = [this.#counts[place]!, this.#counts.length];
    const length = 1 - B + B * this.#lengths[place]! / this.#mean;
    let score = 0;
    for (const word of asked) {
      const count = counts.get(word) ?? 0;
      if (count === 0) continue;
      const holding = this.#holding.get(word)!;
      score += Math.log(1 + (all - holding + 0.5) / (holding + 0.5)) * count * (K1 + 1) /
        (count + K1 * length);
    }
    return score;
  }
}
