/**
 * How many guesses of trees are verified, where what each is worth is known once they are drafted: those that make the
 * most tokens a millisecond among all sequences of a step, the likeliest first, as far as chances that were told proved
 * true (tree_yield.ts).
 */
import type { Sequence } from "../../engine/mod.ts";
import type { GuessTree } from "./eagle_tree.ts";
import { LevelTime } from "./level_time.ts";
import type { StepCost } from "./step_cost.ts";
import { TreeYield } from "./tree_yield.ts";

/** A tree whose guesses may be verified, `room` of them at most. */
export interface Grown {
  readonly sequence: Sequence;
  readonly tree: GuessTree;
  readonly room: number;
}

interface Known {
  readonly yield: TreeYield;
  /** Guesses that were expected to be accepted of those given last. */
  expected: number;
}

export class TreeSize {
  readonly #level = new LevelTime();
  readonly #all = new TreeYield();
  readonly #known = new Map<string, Known>();

  constructor(private readonly cost: StepCost) {}

  /** Guesses for each tree of a step of so many sequences; `drafting`: the milliseconds that drafting them took, 0 where that says nothing. */
  sizes(trees: readonly Grown[], sequences: number, drafting: number): readonly number[] {
    if (drafting > 0) this.#level.add(Math.max(...trees.map(({ tree }) => tree.depth)), drafting);
    const chances = trees.map(({ tree, room }) =>
      tree.best(room).map((place) => tree.guesses[place]!.chance)
    );
    const all = trees.flatMap(({ sequence }, of) => {
      const { ratio } = this.#of(sequence).yield;
      return chances[of]!.map((chance) => ({ of, chance: Math.min(1, ratio * chance) }));
    }).sort((a, b) => b.chance - a.chance);
    let [tokens, best, kept] = [sequences, sequences / (this.cost.of(sequences, sequences) + drafting), 0];
    for (const [i, { chance }] of all.entries()) {
      tokens += chance;
      const rate = tokens / (this.cost.of(sequences + i + 1, sequences) + drafting);
      if (rate > best) [best, kept] = [rate, i + 1];
    }
    const sizes = trees.map(() => 0);
    for (const { of } of all.slice(0, kept)) sizes[of]!++;
    trees.forEach(({ sequence }, i) => {
      this.#of(sequence).expected = chances[i]!.slice(0, sizes[i]).reduce((sum, chance) => sum + chance, 0);
    });
    return sizes;
  }

  /** Takes in how many guesses of a tree that were verified were accepted. */
  observed(sequence: Sequence, accepted: number): void {
    const known = this.#of(sequence);
    known.yield.add(known.expected, accepted);
  }

  /**
   * Whether guesses that follow one of such a chance may pay in a step of so many sequences: if the likeliest of them were
   * sure to be right, whether it would bring more than drafting and verifying it takes.
   */
  further(sequence: Sequence, chance: number, sequences: number): boolean {
    const [plain, more] = [sequences, sequences + 1].map((rows) => this.cost.of(rows, sequences));
    const takes = more! - plain! + this.#level.milliseconds / sequences;
    return this.#of(sequence).yield.ratio * chance > takes * sequences / plain!;
  }

  /** Forgets a request. */
  finish({ request: { id } }: Sequence): void {
    this.#known.delete(id);
  }

  #of({ request: { id } }: Sequence): Known {
    const known = this.#known.get(id) ?? { yield: new TreeYield(this.#all), expected: 0 };
    this.#known.set(id, known);
    return known;
  }
}
